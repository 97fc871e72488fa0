import SecretMemory

/// base64url without padding (RFC 4648, section 5), decoded into memory that is wiped.
enum Base64URL {
  /// The bytes a text stands for, or nil where it is no base64url.
  static func decoded(_ text: some Collection<UInt8>) -> SecretBytes? {
    guard text.count % 4 != 1 else { return nil }
    var builder = SecretBuilder(capacity: text.count)
    var bits: UInt32 = 0
    var bitCount = 0
    for character in text {
      guard let value = value(of: character) else { return nil }
      bits = bits << 6 | UInt32(value)
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        builder.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
      }
    }
    return builder.secret()
  }

  /// The six bits of a character, or nil where it is none of base64url's.
  static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
