import Foundation

/// What is shown in place of a secret: its length.
enum Redaction {
  static func length(_ text: String) -> String {
    "<\(text.utf8.count) bytes>"
  }

  static func authorization(_ header: String) -> String {
    let scheme = "Bearer "
    return header.hasPrefix(scheme)
      ? scheme + length(String(header.dropFirst(scheme.count))) : length(header)
  }

  /// The body of an update without its secrets; what is no JSON object is shown as its length.
  static func body(_ body: Data) -> JSON {
    guard !body.isEmpty else { return .null }
    guard var members = (try? JSON(parsing: body))?.object else {
      return .string("<\(body.count) bytes>")
    }
    if let secrets = members["secrets"] { members["secrets"] = secret(secrets) }
    return .object(members)
  }

  /// The same structure, each value replaced by its length.
  static func secret(_ value: JSON) -> JSON {
    switch value {
    case .object(let members): .object(members.mapValues(secret))
    case .array(let values): .array(values.map(secret))
    case .string(let text): .string(length(text))
    case .null, .bool, .integer, .number:
      .string(length(String(decoding: value.text, as: UTF8.self)))
    }
  }
}
