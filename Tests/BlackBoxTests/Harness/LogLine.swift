/// One event on stderr, read as strictly as contract section 5 is written.
struct LogLine: CustomStringConvertible {
  /// A line that is not what the contract says.
  struct Malformed: Error, CustomStringConvertible {
    let line: String
    let reason: String
    var description: String { "not a line of the log (\(reason)): \(line)" }
  }

  static let events: Set<String> = [
    "started", "stopping", "config_loaded", "config_rejected", "adopted", "rotated",
    "rotation_failed", "rotation_held", "rotation_recovered", "awaiting_secret", "expired",
    "expiration_unknown", "source_unavailable", "source_recovered", "api_unauthorized",
    "api_unavailable", "api_recovered", "credential_missing", "credential_disabled",
    "key_expiring", "cluster_unavailable", "cluster_recovered", "interrupted", "state_rebuilt",
    "watchdog_withheld", "alert_delivery_failed",
    "summary",
  ]
  static let fieldNames: Set<String> = [
    "event", "credential", "connection_id", "credential_id", "reason", "attempt", "http_status",
    "error", "display_message", "raw_message", "expires_at", "next_attempt_at", "duration_ms",
    "msg",
  ]

  let priority: Int
  let fields: [String: String]
  let description: String

  subscript(name: String) -> String? { fields[name] }

  /// Reads a line: `<N>event=… … msg="…"`.
  init(_ line: String) throws(Malformed) {
    description = line
    var rest = Substring(line)
    guard rest.first == "<", let number = rest.dropFirst().first?.wholeNumberValue,
      (0...7).contains(number), rest.dropFirst(2).first == ">"
    else { throw Malformed(line: line, reason: "no priority") }
    priority = number
    rest = rest.dropFirst(3)
    var names: [String] = []
    var fields: [String: String] = [:]
    while true {
      guard let equals = rest.firstIndex(of: "=") else {
        throw Malformed(line: line, reason: "a field without a value")
      }
      let name = String(rest[..<equals])
      guard Self.fieldNames.contains(name), fields[name] == nil else {
        throw Malformed(line: line, reason: "the field '\(name)'")
      }
      rest = rest[rest.index(after: equals)...]
      guard let value = Self.value(&rest) else {
        throw Malformed(line: line, reason: "the value of '\(name)'")
      }
      names.append(name)
      fields[name] = value
      if rest.isEmpty { break }
      guard rest.removeFirst() == " " else {
        throw Malformed(line: line, reason: "what follows '\(name)'")
      }
    }
    guard names.first == "event", names.last == "msg", Self.events.contains(fields["event"] ?? "")
    else { throw Malformed(line: line, reason: "the event comes first, the message last") }
    self.fields = fields
  }

  /// Takes a value off: plain, or quoted where it must be and only there.
  private static func value(_ rest: inout Substring) -> String? {
    guard rest.first == "\"" else {
      let value = rest.prefix { isPlain($0) }
      rest = rest.dropFirst(value.count)
      return value.isEmpty ? nil : String(value)
    }
    rest.removeFirst()
    var value = ""
    while let character = rest.popFirst() {
      switch character {
      case "\"": return value.isEmpty || !value.allSatisfy(isPlain) ? value : nil
      case "\\":
        switch rest.popFirst() {
        case "\"": value.append("\"")
        case "\\": value.append("\\")
        case "n": value.append("\n")
        case "t": value.append("\t")
        case "r": value.append("\r")
        case "u":
          guard let code = UInt32(rest.prefix(4), radix: 16), let scalar = Unicode.Scalar(code)
          else { return nil }
          value.unicodeScalars.append(scalar)
          rest = rest.dropFirst(4)
        default: return nil
        }
      case _ where character.unicodeScalars.contains { $0.properties.generalCategory == .control }:
        return nil
      default: value.append(character)
      }
    }
    return nil
  }

  private static func isPlain(_ character: Character) -> Bool {
    switch character {
    case "A"..."Z", "a"..."z", "0"..."9": character.isASCII
    case ".", "_", ":", "/", "+", "-": true
    default: false
    }
  }
}
