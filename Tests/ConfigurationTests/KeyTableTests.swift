import RotationEngine
import Testing

@testable import Configuration

/// The key table, which the manual is made from.
@Suite struct KeyTableTests {
  @Test func listsEachKeyOnceWithItsMeaning() {
    let paths = KeyTable.all.map(\.path)
    #expect(Set(paths).count == paths.count)
    for key in KeyTable.all {
      #expect(key.meaning.hasSuffix("."), "\(key.path)")
      #expect(!key.type.isEmpty && !key.defaultText.isEmpty, "\(key.path)")
    }
    #expect(KeyTable.sections.map(\.name).count == 9)
    #expect(paths.contains("credential.NAME.secrets.KEY"))
    #expect(paths.contains("defaults.rotate_before"))
  }

  /// Writing each documented default changes nothing.
  @Test(
    arguments: KeyTable.all.filter { !["required", "none"].contains($0.defaultText) }.map(\.path))
  func documentsTheDefaultsThatApply(path: String) throws {
    let key = try #require(KeyTable.all.first { $0.path == path })
    if ["what DX says", "the system's store", "the host's name"].contains(key.defaultText) {
      return
    }
    let channels = """
      [alert.webhook.ops]
      url = "https://hooks.example"
      [alert.command.page]
      argv = ["/usr/bin/page"]
      [cluster]
      endpoints = ["https://etcd-1:2379"]
      key = { credential = "cluster-key" }

      """
    let written =
      path.replacing("credential.NAME", with: "credential.jira")
      .replacing("webhook.NAME", with: "webhook.ops").replacing(
        "command.NAME", with: "command.page")
    let directory = try DropInDirectory(["a.toml": base + channels])
    let before = try directory.load().settings
    try directory.write("\(written) = \(key.defaultText)", to: "b.toml")
    #expect(try directory.load().settings == before)
  }
}
