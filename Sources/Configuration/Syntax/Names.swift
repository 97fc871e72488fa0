/// The rules that names, paths and pointers in the configuration follow.
///
/// Each says what is wrong in words that follow the key's name, and never shows the text: it may be
/// a secret in the wrong place.
enum Names {
  /// A name that people type and journals show: of a credential or a channel.
  static func problem(ofName name: String) -> String? {
    if name.isEmpty { return "must not be empty" }
    if name.unicodeScalars.contains(where: \.isControl) {
      return "must not have control characters in its name"
    }
    if name.hasPrefix("-") { return "must not begin with \"-\", as options do" }
    if name.first?.isWhitespace == true || name.last?.isWhitespace == true {
      return "must not begin or end with white space"
    }
    return nil
  }

  /// The key that a secret is sent under.
  static func problem(ofSecretKey key: String) -> String? {
    if key.isEmpty { return "must not have an empty key" }
    return key.unicodeScalars.contains(where: \.isControl)
      ? "must not have control characters in its key" : nil
  }

  /// The name of an HTTP header (RFC 9110, section 5.1).
  static func problem(ofHeader name: String) -> String? {
    let marks = Set("!#$%&'*+-.^_`|~".utf8)
    let isToken = name.utf8.allSatisfy { $0.isLetterOrDigit || marks.contains($0) }
    return isToken && !name.isEmpty ? nil : "is no name of an HTTP header"
  }

  /// An absolute path.
  static func problem(ofPath path: String) -> String? {
    if !path.hasPrefix("/") { return "must be an absolute path, which begins with \"/\"" }
    return path.utf8.contains(0) ? "must not have a zero byte in its path" : nil
  }

  /// The name of an environment variable.
  static func problem(ofVariable name: String) -> String? {
    let isName = name.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "_") }
    let isRight = isName && name.utf8.first.map { !$0.isDigit } ?? false
    return isRight
      ? nil
      : "must be the name of a variable: letters, digits and \"_\", and no digit first"
  }

  /// The name of a credential of systemd (systemd.exec(5), LoadCredential=).
  static func problem(ofSystemdCredential name: String) -> String? {
    let isPlain = name.utf8.allSatisfy {
      (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":")
    }
    let isRight = isPlain && (1...255).contains(name.utf8.count) && name != "." && name != ".."
    return isRight ? nil : "must be the name in LoadCredential=, without \"/\" or \":\""
  }

  /// What the keys of a cluster begin with.
  static func problem(ofKeyPrefix prefix: String) -> String? {
    if !prefix.hasPrefix("/") { return "must begin with \"/\"" }
    return prefix.utf8.allSatisfy { (0x21..<0x7F).contains($0) }
      ? nil : "must have printable ASCII characters alone, and no spaces"
  }

  /// A node of a cluster.
  static func problem(ofNode name: String) -> String? {
    let marks = Set("-._".utf8)
    let isPlain = name.utf8.allSatisfy { $0.isLetterOrDigit || marks.contains($0) }
    return isPlain && (1...64).contains(name.utf8.count)
      ? nil : "must be a name of 1 to 64 letters, digits, \".\", \"-\" and \"_\""
  }

  /// A user of etcd.
  static func problem(ofUser name: String) -> String? {
    if name.isEmpty { return "must not be empty" }
    return name.unicodeScalars.contains(where: \.isControl)
      ? "must not have control characters" : nil
  }

  /// A JSON pointer (RFC 6901).
  static func problem(ofPointer pointer: String) -> String? {
    if pointer.isEmpty { return nil }
    if !pointer.hasPrefix("/") { return "must be a JSON pointer, which begins with \"/\"" }
    var rest = pointer.utf8[...]
    while let tilde = rest.firstIndex(of: UInt8(ascii: "~")) {
      rest = rest[rest.index(after: tilde)...]
      guard rest.first == UInt8(ascii: "0") || rest.first == UInt8(ascii: "1") else {
        return "must be a JSON pointer, where \"~\" is written ~0 and \"/\" in a name ~1"
      }
    }
    return nil
  }
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  var isLetterOrDigit: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    default: isDigit
    }
  }
}
