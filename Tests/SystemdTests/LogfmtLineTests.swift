import Testing

@testable import Systemd

@Suite struct LogfmtLineTests {
  private func entry(_ message: String, _ fields: [LogEntry.Field] = []) -> LogEntry {
    LogEntry(priority: .notice, messageID: nil, message: message, fields: fields)
  }

  @Test func `event is first, msg is last, the names are short`() {
    let entry = entry(
      "rotated jira-cloud",
      [
        .init(name: "DX_CREDENTIAL", value: "jira-cloud"),
        .init(name: "DX_CONNECTION_ID", value: "123"),
        .init(name: "DX_EVENT", value: "rotated"),
        .init(name: "DX_EXPIRES_AT", value: "2026-12-31T00:00:00Z"),
      ])
    let line =
      "event=rotated credential=jira-cloud connection_id=123 expires_at=2026-12-31T00:00:00Z "
      + "msg=\"rotated jira-cloud\""
    #expect(LogfmtLine(entry, withPriority: false).text == line)
    #expect(LogfmtLine(entry, withPriority: true).text == "<5>" + line)
  }

  @Test(arguments: [
    ("plain", "plain"),
    ("AZaz09._:/+-", "AZaz09._:/+-"),
    ("", "\"\""),
    ("two words", "\"two words\""),
    ("a=b", "\"a=b\""),
    ("a,b", "\"a,b\""),
    ("über", "\"über\""),
    ("say \"no\"", "\"say \\\"no\\\"\""),
    ("C:\\new", "\"C:\\\\new\""),
    ("1\n2\r\n3\t4", "\"1\\n2\\r\\n3\\t4\""),
    ("\0\u{1B}[31m\u{7F}", "\"\\u0000\\u001b[31m\\u007f\""),
    ("\u{85}\u{2028}\u{2029}\u{202E}", "\"\\u0085\\u2028\\u2029\\u202e\""),
    ("\u{E0001}", "\"\\udb40\\udc01\""),
    ("x\" event=forged msg=\"", "\"x\\\" event=forged msg=\\\"\""),
  ])
  func `a value is quoted unless every reader agrees on it`(value: String, written: String) {
    #expect(LogfmtLine(entry(value), withPriority: false).text == "msg=" + written)
  }

  @Test(arguments: zip(Priority.allCases, 0...7))
  func `the priority is syslog's number`(priority: Priority, number: Int) {
    let entry = LogEntry(priority: priority, messageID: nil, message: "x", fields: [])
    #expect(LogfmtLine(entry, withPriority: true).text == "<\(number)>msg=x")
  }
}
