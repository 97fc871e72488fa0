import Foundation
import Testing

@testable import Alerts

@Suite struct MetricsTests {
  @Test func labelsAreEscapedAsPrometheusWants() {
    var page = MetricsPage()
    page.family("x", .gauge, "What.")
    page.sample(MetricsPage.Labels([("a", "q\"b\\n\nl"), ("b", "é")]), 1)
    page.sample(2)
    #expect(
      String(decoding: page.bytes, as: UTF8.self)
        == """
        # HELP dx_rotated_x What.
        # TYPE dx_rotated_x gauge
        dx_rotated_x{a="q\\"b\\\\n\\nl",b="é"} 1
        dx_rotated_x 2

        """)
  }

  @Test func aTextfileIsReplacedReadableByAllAndItsFailureIsSaidOnce() throws {
    let folder = NSTemporaryDirectory() + "dx-textfile-\(UUID().uuidString)"
    let files = FileManager.default
    let textfile = Textfile(path: folder + "/dx.prom")
    #expect(textfile.write(MetricsPage())?.contains("No such file or directory") == true)
    #expect(textfile.write(MetricsPage()) == nil)
    try files.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? files.removeItem(atPath: folder) }
    var page = MetricsPage()
    page.family("x", .gauge, "What.")
    #expect(textfile.write(page) == nil)
    #expect(try Data(contentsOf: URL(filePath: textfile.path)) == Data(page.bytes))
    let mode = try files.attributesOfItem(atPath: textfile.path)[.posixPermissions] as? Int
    #expect(mode == 0o644)
    #expect(try files.contentsOfDirectory(atPath: folder) == ["dx.prom"])
    try files.removeItem(atPath: folder)
    #expect(textfile.write(page) != nil)
  }
}
