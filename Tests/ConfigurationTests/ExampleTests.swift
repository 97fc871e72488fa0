import Foundation
import Testing

@testable import Configuration

/// The drop-ins that ship.
@Suite struct ExampleTests {
  static let directory = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("config")

  static func text(of name: String) throws -> String {
    try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
  }

  static let examples: [String] = {
    let path = directory.appendingPathComponent("examples").path
    return (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? []
  }()

  @Test(arguments: examples)
  func isValid(example: String) throws {
    let directory = try DropInDirectory([
      "10-dx.toml": Self.text(of: "10-dx.toml.example"),
      example: Self.text(of: "examples/\(example)"),
      "90.toml": base.credentialAlone.replacing("123", with: "999"),
    ])
    #expect(directory.lines() == [])
  }

  @Test func areAllValidTogether() throws {
    #expect(Self.examples.count == 7)
    let directory = try DropInDirectory(["10-dx.toml": Self.text(of: "10-dx.toml.example")])
    for example in Self.examples {
      try directory.write(Self.text(of: "examples/\(example)"), to: example)
    }
    #expect(directory.lines() == [])
    #expect(try directory.load().settings.credentials.count == 6)
  }

  /// The first drop-in shows every key of its tables, and its commented lines are the defaults.
  @Test func writesOutEveryDefault() throws {
    let text = try Self.text(of: "10-dx.toml.example")
    let directory = try DropInDirectory(["10.toml": text])
    let asShipped = try directory.load().settings
    let uncommented = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("#") && !$0.hasPrefix("# ") ? $0.dropFirst() : $0 }
      .joined(separator: "\n")
    try directory.write(uncommented, to: "10.toml")
    #expect(try directory.load().settings == asShipped)
    let tables = ["api", "defaults", "retry", "alert", "metrics", "cluster"]
    for section in KeyTable.sections where tables.contains(section.name) {
      for key in section.keys {
        let name = key.path.dropFirst(section.name.count + 1)
        // Only a credential has a date of its own.
        if name == "expires_at" { continue }
        let forms = ["\n\(name) = ", "\n#\(name) = ", "\n# \(name) = "]
        #expect(forms.contains { text.contains($0) }, "\(key.path)")
      }
    }
  }
}

extension String {
  /// The part from `[credential.jira]` on.
  fileprivate var credentialAlone: String {
    firstRange(of: "[credential").map { String(self[$0.lowerBound...]) } ?? ""
  }
}
