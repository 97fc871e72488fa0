import RotationEngine
import SecretMemory

/// An RFC 6901 pointer to one string in a JSON document.
struct JSONPointer {
  /// The reference tokens, unescaped.
  let tokens: [String]

  /// Reads a pointer's text; throws `.malformed`.
  init(_ text: String) throws(SourceFailure) {
    guard !text.isEmpty else {
      tokens = []
      return
    }
    guard text.utf8.first == UInt8(ascii: "/") else {
      throw SourceFailure(.malformed, "the pointer must begin with a slash")
    }
    var tokens: [String] = []
    for part in text.utf8.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false) {
      tokens.append(try Self.unescaped(part))
    }
    self.tokens = tokens
  }

  /// The string the pointer leads to.
  ///
  /// Throws `.notText` (the document is not UTF-8), `.malformed` (it is not JSON, or something else than a string is
  /// there), or `.missing` (nothing is there); the message names no source, and no key but the pointer's own.
  func string(in document: SecretBytes) throws(SourceFailure) -> SecretBytes {
    try document.withUnsafeBytes { (bytes) throws(SourceFailure) in
      switch try JSONScanner.find(self, in: bytes) {
      case .string(let range): return try JSONScanner.unescaped(range, of: bytes)
      case .object: throw Self.wrongKind("an object")
      case .array: throw Self.wrongKind("an array")
      case .number: throw Self.wrongKind("a number")
      case .boolean: throw Self.wrongKind("true or false")
      case .null: throw Self.wrongKind("null")
      case .nothing(let reason):
        throw SourceFailure(.missing, "nothing is there; \(reason)")
      }
    }
  }

  /// The pointer's first tokens, written as a pointer: how messages name a place on the way.
  func place(after count: Int) -> String {
    guard count > 0 else { return "the document" }
    return tokens.prefix(count).map { token in
      let escaped = token.utf8.flatMap { byte -> [UInt8] in
        switch byte {
        case 0x7E: Array("~0".utf8)
        case 0x2F: Array("~1".utf8)
        default: [byte]
        }
      }
      return "/" + String(decoding: escaped, as: UTF8.self)
    }.joined()
  }

  private static func wrongKind(_ kind: String) -> SourceFailure {
    SourceFailure(.malformed, "the pointer leads to \(kind); it must lead to a string")
  }

  private static func unescaped(_ part: Substring.UTF8View) throws(SourceFailure) -> String {
    var bytes: [UInt8] = []
    var rest = part[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "~") else {
        bytes.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
      case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
      default: throw SourceFailure(.malformed, "in the pointer only 0 or 1 may follow a tilde")
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
