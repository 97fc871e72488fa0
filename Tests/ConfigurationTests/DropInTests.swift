import Foundation
import Testing

@testable import Configuration

/// Which files are read, and in which order.
@Suite struct DropInTests {
  @Test func readsInTheOrderOfNamesWhateverTheDirectory() throws {
    let vendor = try DropInDirectory(["10-a.toml": "a", "30-c.toml": "c", "5.toml": "5"])
    let local = try DropInDirectory(["20-b.toml": "b", "Z.toml": "Z"])
    let found = DropIns.find(in: [vendor.path, local.path])
    #expect(
      found.paths == [
        "\(vendor.path)/10-a.toml", "\(local.path)/20-b.toml", "\(vendor.path)/30-c.toml",
        "\(vendor.path)/5.toml", "\(local.path)/Z.toml",
      ])
    #expect(found.problems.isEmpty)
  }

  @Test func replacesAFileOfTheSameNameWhole() throws {
    let vendor = try DropInDirectory(["10.toml": "a", "20.toml": "a"])
    let volatile = try DropInDirectory(["10.toml": "b", "20.toml": "b"])
    let local = try DropInDirectory(["20.toml": "c"])
    #expect(
      DropIns.find(in: [vendor.path, volatile.path, local.path]).paths == [
        "\(volatile.path)/10.toml", "\(local.path)/20.toml",
      ])
  }

  @Test func masksByALinkToNullOrAnEmptyFile() throws {
    let vendor = try DropInDirectory(["10.toml": "a", "20.toml": "a", "30.toml": "a"])
    let local = try DropInDirectory(["20.toml": ""])
    try local.link("10.toml", to: "/dev/null")
    let found = DropIns.find(in: [vendor.path, local.path])
    #expect(found.paths == ["\(vendor.path)/30.toml"])
    #expect(found.problems.isEmpty)
  }

  @Test func unmasksInADirectoryOfHigherPriority() throws {
    let volatile = try DropInDirectory(["10.toml": ""])
    let local = try DropInDirectory(["10.toml": "a"])
    #expect(DropIns.find(in: [volatile.path, local.path]).paths == ["\(local.path)/10.toml"])
  }

  @Test func takesNothingButTOML() throws {
    let directory = try DropInDirectory([
      "a.toml": "a", ".b.toml": "b", "c.toml~": "c", "d.toml.dpkg-old": "d", "README": "e",
      ".toml": "f",
    ])
    try directory.link("g.toml", to: "\(directory.path)/README")
    #expect(
      DropIns.find(in: [directory.path, "/nonexistent/config.d"]).paths == [
        "\(directory.path)/a.toml", "\(directory.path)/g.toml",
      ])
  }

  @Test func refusesWhatIsNoFile() throws {
    let directory = try DropInDirectory(["z.toml": base])
    try FileManager.default.createDirectory(
      atPath: "\(directory.path)/a.toml", withIntermediateDirectories: false)
    #expect(mkfifo("\(directory.path)/b.toml", 0o600) == 0)
    try directory.link("c.toml", to: "/dev/zero")
    try directory.link("d.toml", to: "/nonexistent")
    let advice = "is not a regular file; remove it, or put a file in its place"
    #expect(
      directory.lines()
        == [
          "\(directory.path)/a.toml:1:1: error: \(advice)",
          "\(directory.path)/b.toml:1:1: error: \(advice)",
          "\(directory.path)/c.toml:1:1: error: \(advice)",
          "\(directory.path)/d.toml:1:1: error: cannot be read: No such file or directory",
        ].map { $0.replacing("\(directory.path)/", with: "") })
    #expect(throws: Diagnostic.self) { try DropInFile.read("\(directory.path)/b.toml") }
  }

  @Test func refusesADirectoryThatIsNone() throws {
    let directory = try DropInDirectory(["a.toml": base])
    #expect(
      DropIns.find(in: ["\(directory.path)/a.toml"]).problems.map(\.description) == [
        "\(directory.path)/a.toml: error: cannot be read: Not a directory"
      ])
  }

  @Test func refusesAFileThatIsTooLarge() throws {
    let directory = try DropInDirectory()
    try directory.write([UInt8](repeating: 0x0A, count: DropInFile.limit + 1), to: "a.toml")
    #expect(directory.lines() == ["a.toml:1:1: error: is larger than 16 MiB; split it"])
  }

  @Test func saysWhereItLookedWhenThereIsNothing() throws {
    let first = try DropInDirectory()
    let second = try DropInDirectory()
    let error = #expect(throws: InvalidConfiguration.self) {
      try Configuration.load(directories: [first.path, second.path], environment: [:])
    }
    let advice =
      #"the first one needs [api] with url = "https://acme.getdx.net" and "#
      + #"token = { file = "/run/secrets/…" }"#
    #expect(
      error?.diagnostics.map(\.description) == [
        "\(second.path): error: there is no drop-in (*.toml) in \(first.path), \(second.path); "
          + advice
      ])
    try second.link("a.toml", to: "/dev/null")
    #expect(
      second.lines() == [
        "\(second.path): error: every drop-in is masked (*.toml) in \(second.path); " + advice
      ])
  }

  @Test func standsInTheContractsDirectories() {
    #expect(
      ConfigurationDirectories.standard == [
        "/usr/lib/dx-rotated/config.d", "/run/dx-rotated/config.d", "/etc/dx-rotated/config.d",
      ])
  }
}
