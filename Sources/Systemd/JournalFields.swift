/// An entry as one message of the journal's native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/).
struct JournalFields {
  /// The message.
  private(set) var bytes: [UInt8] = []

  /// Formats an entry.
  init(_ entry: LogEntry) {
    append("MESSAGE", entry.message)
    if let messageID = entry.messageID { append("MESSAGE_ID", messageID) }
    append("PRIORITY", String(entry.priority.rawValue))
    append("SYSLOG_IDENTIFIER", "dx-rotated")
    for field in entry.fields { append(field.name, field.value) }
  }

  // The form with a length, which takes any byte: no value can end its field and forge the next.
  private mutating func append(_ name: String, _ value: String) {
    bytes += name.utf8
    bytes.append(UInt8(ascii: "\n"))
    withUnsafeBytes(of: UInt64(value.utf8.count).littleEndian) { bytes += $0 }
    bytes += value.utf8
    bytes.append(UInt8(ascii: "\n"))
  }
}
