import Testing

@testable import Systemd

@Suite struct JournalFieldsTests {
  @Test func `a field is its name, the length of its value, and the value`() {
    let entry = LogEntry(priority: .error, messageID: nil, message: "a\nb", fields: [])
    let text = String(decoding: JournalFields(entry).bytes, as: UTF8.self)
    #expect(text.hasPrefix("MESSAGE\n\u{3}\0\0\0\0\0\0\0a\nb\n"))
  }

  @Test func `every field arrives as it was given`() {
    let entry = LogEntry(
      priority: .warning, messageID: "0123456789abcdef0123456789abcdef", message: "two\nlines",
      fields: [
        .init(name: "DX_EVENT", value: "rotation_failed"),
        .init(name: "DX_RAW_MESSAGE", value: "a=b\0\nPRIORITY=0\n"),
        .init(name: "DX_ERROR", value: ""),
      ])
    let fields = JournalMessage(JournalFields(entry).bytes)?.fields
    #expect(
      fields == [
        "MESSAGE": "two\nlines", "MESSAGE_ID": "0123456789abcdef0123456789abcdef",
        "PRIORITY": "4", "SYSLOG_IDENTIFIER": "dx-rotated", "DX_EVENT": "rotation_failed",
        "DX_RAW_MESSAGE": "a=b\0\nPRIORITY=0\n", "DX_ERROR": "",
      ])
  }
}

/// A message of the native protocol, read as journald reads it.
struct JournalMessage {
  private(set) var fields: [String: String] = [:]

  /// Nil where the bytes are no such message.
  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let newline = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      let name = String(decoding: rest[..<newline], as: UTF8.self)
      rest = rest[(newline + 1)...]
      guard rest.count > 8 else { return nil }
      let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(8)
      guard rest.count > length, fields[name] == nil else { return nil }
      fields[name] = String(decoding: rest.prefix(length), as: UTF8.self)
      rest = rest.dropFirst(length)
      guard rest.popFirst() == UInt8(ascii: "\n") else { return nil }
    }
  }
}
