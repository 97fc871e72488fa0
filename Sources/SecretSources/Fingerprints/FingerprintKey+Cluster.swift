import RotationEngine
import SecretMemory

// The key of a cluster's fingerprints: every node makes the same one of the same text.
extension FingerprintKey {
  /// The shortest text, in bytes.
  static let shortestText = 32

  /// What the text of an exported key begins with; 64 hexadecimal digits follow.
  static let exportedPrefix = "dx-rotated-fingerprint-key-1:"

  /// Makes the key of a text: HMAC-SHA-256 keyed with it, over a fixed label.
  ///
  /// A text that `exported` gave is that key itself, so that a state which is moved into a cluster keeps its fingerprints.
  ///
  /// - Throws: `.malformed` for a text of fewer than 32 bytes, or for an exported key that is not whole; `.unreadable`
  ///   where libcrypto fails.
  package init(text: SecretBytes) throws(SourceFailure) {
    if let digits = Self.exportedDigits(in: text) {
      guard let key = Self.hexadecimal(digits).flatMap(FingerprintKey.init(bytes:)) else {
        throw SourceFailure(
          .malformed, "begins as an exported key does, without the 64 hexadecimal digits of one")
      }
      self = key
      return
    }
    guard text.count >= Self.shortestText else {
      throw SourceFailure(
        .malformed,
        "has \(text.count) bytes; it must have \(Self.shortestText) or more, all random: "
          + "openssl rand -base64 48")
    }
    guard let code = MessageCode(key: text) else { throw Self.failure }
    code.update(Array("dx-rotated fingerprint key 1".utf8))
    var isWhole = false
    let bytes = SecretBytes(count: Self.byteCount) { isWhole = code.finish(in: $0) }
    guard isWhole, let key = FingerprintKey(bytes: bytes) else { throw Self.failure }
    self = key
  }

  /// The text that makes this very key again.
  package var exported: SecretBytes {
    let digits = Array("0123456789abcdef".utf8)
    let prefix = Self.exportedPrefix.utf8
    return SecretBytes(count: prefix.count + 2 * Self.byteCount) { text in
      text.copyBytes(from: prefix)
      bytes.withUnsafeBytes { bytes in
        for (index, byte) in bytes.enumerated() {
          text[prefix.count + 2 * index] = digits[Int(byte >> 4)]
          text[prefix.count + 2 * index + 1] = digits[Int(byte & 15)]
        }
      }
    }
  }

  private static func exportedDigits(in text: SecretBytes) -> SecretBytes? {
    text.withUnsafeBytes { bytes in
      guard bytes.starts(with: exportedPrefix.utf8) else { return nil }
      return SecretBytes(copying: bytes.dropFirst(exportedPrefix.utf8.count))
    }
  }

  private static func hexadecimal(_ digits: SecretBytes) -> SecretBytes? {
    guard digits.count == 2 * byteCount else { return nil }
    return digits.withUnsafeBytes { digits in
      var isRight = true
      let bytes = SecretBytes(count: byteCount) { bytes in
        for index in bytes.indices {
          guard let high = Self.digit(digits[2 * index]),
            let low = Self.digit(digits[2 * index + 1])
          else {
            isRight = false
            return
          }
          bytes[index] = high << 4 | low
        }
      }
      return isRight ? bytes : nil
    }
  }

  private static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
