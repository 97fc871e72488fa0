import RotationEngine
import SecretMemory

/// The syntax of systemd's EnvironmentFile=, systemd.exec(5).
///
/// As systemd reads it (a comment ends with its line, as since systemd 254), but for one thing: a file that
/// ends inside a quoted value or after a backslash is refused, because it was likely cut off.
struct EnvironmentFile: ~Copyable {
  private enum State {
    case beforeKey, key, beforeValue, value, valueEscape, singleQuoted, doubleQuoted
    case doubleQuotedEscape, comment
  }

  private let wanted: String
  private var state = State.beforeKey
  private var key: SecretBuilder
  private var value: SecretBuilder
  // Where trailing white space begins, while it may be trailing.
  private var keyEnd: Int?
  private var valueEnd: Int?
  private var found: SecretBytes?
  private var sawExport = false

  private init(wanted: String, capacity: Int) {
    self.wanted = wanted
    key = SecretBuilder(capacity: capacity)
    value = SecretBuilder(capacity: capacity)
  }

  /// The value a key has in a file: its last assignment.
  ///
  /// Throws `.notText` (not UTF-8), `.malformed` (cut off) or `.missing` (no such key); the message names no source.
  static func value(of key: String, in contents: SecretBytes) throws(SourceFailure) -> SecretBytes {
    try contents.withUnsafeBytes { (bytes) throws(SourceFailure) in
      try TextRules.requireUTF8(bytes)
      try TextRules.requireNoByteOrderMark(bytes)
      var file = EnvironmentFile(wanted: key, capacity: bytes.count)
      for byte in bytes { file.take(byte) }
      try file.end()
      if let found = file.found { return found }
      throw SourceFailure(
        .missing,
        file.sawExport
          ? "is not there; systemd's syntax knows no export, so write \(key)=…"
          : "is not there; the file assigns no such key")
    }
  }

  private mutating func take(_ byte: UInt8) {
    switch state {
    case .beforeKey:
      if byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";") {
        state = .comment
      } else if !Self.isBlank(byte) {
        state = .key
        keyEnd = nil
        key.append(byte)
      }
    case .key: takeInKey(byte)
    case .beforeValue: takeBeforeValue(byte)
    case .value: takeInValue(byte)
    case .valueEscape:
      state = .value
      if !Self.isNewline(byte) { value.append(byte) }
    case .singleQuoted:
      if byte == UInt8(ascii: "'") { state = .beforeValue } else { value.append(byte) }
    case .doubleQuoted:
      switch byte {
      case UInt8(ascii: "\""): state = .beforeValue
      case UInt8(ascii: "\\"): state = .doubleQuotedEscape
      default: value.append(byte)
      }
    case .doubleQuotedEscape:
      state = .doubleQuoted
      if byte == UInt8(ascii: "\n") { return }
      if !"\"\\`$".utf8.contains(byte) { value.append(UInt8(ascii: "\\")) }
      value.append(byte)
    case .comment:
      if Self.isNewline(byte) { state = .beforeKey }
    }
  }

  private mutating func takeInKey(_ byte: UInt8) {
    if Self.isNewline(byte) {
      // A line without "=" is ignored.
      state = .beforeKey
      key.truncate(to: 0)
    } else if byte == UInt8(ascii: "=") {
      state = .beforeValue
      valueEnd = nil
    } else {
      keyEnd = Self.isBlank(byte) ? keyEnd ?? key.count : nil
      key.append(byte)
    }
  }

  private mutating func takeBeforeValue(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "'"): state = .singleQuoted
    case UInt8(ascii: "\""): state = .doubleQuoted
    case UInt8(ascii: "\\"): state = .valueEscape
    case _ where Self.isNewline(byte): assign()
    case _ where Self.isBlank(byte): break
    default:
      state = .value
      value.append(byte)
    }
  }

  private mutating func takeInValue(_ byte: UInt8) {
    if Self.isNewline(byte) {
      if let valueEnd { value.truncate(to: valueEnd) }
      assign()
    } else if byte == UInt8(ascii: "\\") {
      state = .valueEscape
      valueEnd = nil
    } else {
      valueEnd = Self.isBlank(byte) ? valueEnd ?? value.count : nil
      value.append(byte)
    }
  }

  private mutating func assign() {
    if let keyEnd { key.truncate(to: keyEnd) }
    if key.equals(wanted.utf8) { found = value.secret() }
    if key.equals("export \(wanted)".utf8) { sawExport = true }
    key.truncate(to: 0)
    value.truncate(to: 0)
    state = .beforeKey
  }

  private mutating func end() throws(SourceFailure) {
    switch state {
    case .beforeKey, .key, .comment: break
    case .beforeValue, .value: takeInValue(UInt8(ascii: "\n"))
    case .singleQuoted, .doubleQuoted, .doubleQuotedEscape:
      throw SourceFailure(.malformed, "the file ends inside a quoted value; was it cut off?")
    case .valueEscape:
      throw SourceFailure(.malformed, "the file ends after a backslash; was it cut off?")
    }
  }

  private static func isNewline(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || isNewline(byte)
  }
}
