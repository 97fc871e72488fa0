/// An entry as one line of logfmt, without its newline: `<6>event=rotated credential=jira-cloud msg="…"`.
struct LogfmtLine {
  /// The line.
  let text: String

  /// Formats an entry.
  ///
  /// - Parameters:
  ///   - entry: the entry.
  ///   - withPriority: whether to begin with `<N>`, as sd-daemon(3) describes.
  init(_ entry: LogEntry, withPriority: Bool) {
    var line = withPriority ? "<\(entry.priority.rawValue)>" : ""
    for field in entry.fields where field.name == Self.eventName { line.append(field) }
    for field in entry.fields where field.name != Self.eventName { line.append(field) }
    line += "msg="
    line.append(quotedIfNeeded: entry.message)
    text = line
  }

  private static let eventName = "DX_EVENT"
}

extension String {
  fileprivate mutating func append(_ field: LogEntry.Field) {
    let name = field.name.hasPrefix("DX_") ? field.name.dropFirst(3) : field.name[...]
    self += name.lowercased()
    self += "="
    append(quotedIfNeeded: field.value)
    self += " "
  }

  /// The value as it is where every reader agrees on it, else in double quotes.
  ///
  /// Characters that could end the line or steer a terminal are escaped as in JSON, so that an event is always one
  /// line and can be read back.
  fileprivate mutating func append(quotedIfNeeded value: String) {
    if !value.isEmpty, value.utf8.allSatisfy(Self.isPlain) {
      self += value
      return
    }
    self += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": self += "\\\""
      case "\\": self += "\\\\"
      case "\n": self += "\\n"
      case "\r": self += "\\r"
      case "\t": self += "\\t"
      case _ where scalar.breaksLines:
        for unit in String(scalar).utf16 { self += Self.escape(unit) }
      default: unicodeScalars.append(scalar)
      }
    }
    self += "\""
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "._:/+-".utf8.contains(byte)
    }
  }

  private static func escape(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
