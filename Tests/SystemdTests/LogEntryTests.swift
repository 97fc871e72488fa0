import Testing

@testable import Systemd

@Suite struct LogEntryTests {
  @Test(arguments: [
    ("short", 5, "short"),
    ("longer", 5, "lo…"),
    ("éééé", 7, "éé…"),
    ("éééé", 6, "é…"),
    ("a😀😀", 8, "a😀…"),
    ("a😀😀", 7, "a…"),
  ])
  func `a cut falls between characters`(text: String, limit: Int, cut: String) {
    #expect(text.cut(toBytes: limit) == cut)
  }

  @Test func `what a server says cannot outgrow a datagram`() {
    let flood = String(repeating: "\"", count: 1 << 20)
    let entry = LogEntry(
      priority: .error, messageID: nil, message: flood,
      fields: [.init(name: "DX_RAW_MESSAGE", value: flood)])
    #expect(entry.message.utf8.count <= LogEntry.longestValue)
    #expect(entry.fields.allSatisfy { $0.value.utf8.count <= LogEntry.longestValue })
  }

  @Test(
    arguments: [
      ("debug", .debug), ("info", .info), ("notice", .notice), ("warning", .warning),
      ("error", .error), ("Error", nil), ("critical", nil), ("", nil),
    ] as [(String, Priority?)])
  func `the levels are those of the command line`(name: String, priority: Priority?) {
    #expect(Priority(levelName: name) == priority)
  }
}
