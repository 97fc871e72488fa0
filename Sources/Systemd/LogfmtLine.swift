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
    let event = entry.fields.filter { $0.name == Self.eventName }
    let others = entry.fields.filter { $0.name != Self.eventName }
    let pairs =
      (event + others).map { "\(Self.key($0.name))=\(Self.quoted($0.value))" }
      + ["msg=\(Self.quoted(entry.message))"]
    text = (withPriority ? "<\(entry.priority.rawValue)>" : "") + pairs.joined(separator: " ")
  }

  private static let eventName = "DX_EVENT"
  private static let prefix = "DX_"

  private static func key(_ name: String) -> String {
    (name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name).lowercased()
  }

  /// The value as it is where every reader agrees on it, else in double quotes.
  ///
  /// Characters that could end the line or steer a terminal are escaped as in JSON, so that an event is always one
  /// line and can be read back.
  private static func quoted(_ value: String) -> String {
    if !value.isEmpty, value.unicodeScalars.allSatisfy(isPlain) { return value }
    return "\"" + value.unicodeScalars.map(escaped).joined() + "\""
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "A"..."Z", "a"..."z", "0"..."9", ".", "_", ":", "/", "+", "-": true
    default: false
    }
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": "\\\""
    case "\\": "\\\\"
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case _ where scalar.breaksLines: String(scalar).utf16.map(codeUnit).joined()
    default: String(scalar)
    }
  }

  private static func codeUnit(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
