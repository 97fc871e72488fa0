import Foundation
import Testing

/// What people see on a terminal: 80 columns, whatever the names.
@Suite(.limited) struct TerminalTests {
  private static let names = [
    "jira", #"it's a "quoted" \ name"#, "u\u{308}ber-cre\u{301}dentials",
    "日本語の資格情報-さくら-とても長い名前です-テスト環境",
    "a-name-without-any-space-that-is-longer-than-a-whole-line-of-the-terminal-it-is-shown-on-is",
  ]

  /// A scene in which each of these names has been sent, and refused.
  private func scene() throws -> (Scene, Daemon) {
    let scene = try Scene(
      Self.names.enumerated().map { number, name in
        Account(name, id: 456 + number, inDX: refusal("Duplicate secrets"))
      })
    let daemon = try scene.daemon()
    for name in Self.names { try daemon.event("adopted", ["credential": name]) }
    for name in Self.names { try scene.place.put("bad-\(name)", into: name) }
    for name in Self.names { try daemon.event("rotation_held", ["credential": name]) }
    return (scene, daemon)
  }

  @Test func everyPageFitsAndItsColumnsAreStraight() throws {
    let (scene, daemon) = try scene()
    for (words, column) in [("status", "held"), ("plan", "hold"), ("history", "duplicate")] {
      let page = try scene.place.onTerminal(words).lines
      #expect(page.allSatisfy { $0.columns <= 80 }, "\(page)")
      let rows = page.filter { !$0.hasPrefix(" ") && $0.contains("  \(column)") }
      #expect(rows.count == Self.names.count, "\(page)")
      let starts = rows.compactMap { row in
        row.range(of: "  \(column)").map { row[..<$0.upperBound].columns }
      }
      #expect(Set(starts).count == 1, "\(page)")
      for name in Self.names { #expect(rows.contains { $0.contains(name.prefix(4)) }, "\(page)") }
    }
    let check = try scene.place.onTerminal("check", "--online")
    #expect(check.status == 0 && check.lines.allSatisfy { $0.columns <= 80 }, "\(check)")
    for name in Self.names {
      let again = try scene.place.onTerminal("rotate", "--dry-run", name)
      #expect(again.lines.allSatisfy { $0.columns <= 80 }, "\(again)")
    }
    try daemon.stop()
  }

  /// In a pipe nothing is cut, and nothing is broken into lines.
  @Test func aPipeGetsEverything() throws {
    let (scene, daemon) = try scene()
    for words in ["status", "plan", "history"] {
      let lines = try scene.place.run(words).output.split(separator: "\n")
      for name in Self.names {
        #expect(lines.contains { $0.hasPrefix(name) || $0.contains("  \(name)  ") }, "\(lines)")
      }
      #expect(!lines.contains { $0.contains("\u{1B}") || $0.contains("…") })
    }
    try daemon.stop()
  }
}
