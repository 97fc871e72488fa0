/// What a text means where it holds parts of JSON strings, URLs or HTML.
///
/// Nil where nothing is escaped.
extension TextReading {
  /// Undoes the escapes of JSON strings (RFC 8259, section 7).
  static func unescapingJSON(_ reading: TextReading) -> TextReading? {
    guard reading.bytes.contains(UInt8(ascii: "\\")) else { return nil }
    return reading.replacing { rest in
      guard rest.first == UInt8(ascii: "\\"), let letter = rest.dropFirst().first else {
        return nil
      }
      switch letter {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return ([letter], 2)
      case UInt8(ascii: "b"): return ([0x08], 2)
      case UInt8(ascii: "f"): return ([0x0C], 2)
      case UInt8(ascii: "n"): return ([0x0A], 2)
      case UInt8(ascii: "r"): return ([0x0D], 2)
      case UInt8(ascii: "t"): return ([0x09], 2)
      case UInt8(ascii: "u"): return unicodeEscape(rest)
      default: return nil
      }
    }
  }

  /// Undoes percent-encoding (RFC 3986, section 2.1), and that of forms, where `+` is a space.
  static func unescapingPercent(plusIsSpace: Bool) -> (TextReading) -> TextReading? {
    { reading in
      let sign = plusIsSpace ? UInt8(ascii: "+") : UInt8(ascii: "%")
      guard reading.bytes.contains(sign) else { return nil }
      return reading.replacing { rest in
        if plusIsSpace && rest.first == UInt8(ascii: "+") { return ([0x20], 1) }
        guard rest.first == UInt8(ascii: "%"), let value = hexadecimal(rest.dropFirst().prefix(2))
        else { return nil }
        return ([UInt8(truncatingIfNeeded: value)], 3)
      }
    }
  }

  /// Undoes the character references of HTML: the five names that every escaper uses, and numbers.
  static func unescapingHTML(_ reading: TextReading) -> TextReading? {
    guard reading.bytes.contains(UInt8(ascii: "&")) else { return nil }
    return reading.replacing { rest in
      guard rest.first == UInt8(ascii: "&"),
        let length = rest.prefix(longestReference).firstIndex(of: UInt8(ascii: ";"))
          .map({ $0 - rest.startIndex + 1 }),
        let scalar = referred(String(decoding: rest.prefix(length - 1).dropFirst(), as: UTF8.self))
      else { return nil }
      return (Array(String(scalar).utf8), length)
    }
  }

  // That of `&#x10FFFF;`.
  private static let longestReference = 10

  private static func referred(_ name: String) -> Unicode.Scalar? {
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard name.first == "#" else { return nil }
      let digits = name.dropFirst()
      let number =
        digits.first == "x" || digits.first == "X"
        ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      return number.flatMap(Unicode.Scalar.init)
    }
  }

  /// Another reading, in which `decode` replaces what it knows: by what, and how many bytes of this one it takes.
  private func replacing(
    _ decode: (ArraySlice<UInt8>) -> (meaning: [UInt8], length: Int)?
  ) -> TextReading {
    var result = TextReading()
    var position = 0
    while position < bytes.count {
      let (meaning, length) = decode(bytes[position...]) ?? ([bytes[position]], 1)
      result.append(meaning, from: origin(of: position..<position + length))
      position += length
    }
    return result
  }

  /// `\u00e9`, or two of them that make one character.
  private static func unicodeEscape(_ rest: ArraySlice<UInt8>) -> ([UInt8], Int)? {
    guard let unit = hexadecimal(rest.dropFirst(2).prefix(4), count: 4) else { return nil }
    if let scalar = Unicode.Scalar(unit) { return (Array(String(scalar).utf8), 6) }
    let second = rest.dropFirst(6)
    guard second.starts(with: "\\u".utf8),
      let low = hexadecimal(second.dropFirst(2).prefix(4), count: 4),
      0xD800..<0xDC00 ~= unit, 0xDC00..<0xE000 ~= low,
      let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    else { return nil }
    return (Array(String(scalar).utf8), 12)
  }

  private static func hexadecimal(_ digits: ArraySlice<UInt8>, count: Int = 2) -> UInt32? {
    guard digits.count == count else { return nil }
    var value: UInt32 = 0
    for character in digits {
      guard let digit = digit(character) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
