/// A place in a text: its byte, and the line and column that people count.
struct TextPlace: Hashable {
  let offset: Int
  let line: Int
  let column: Int

  /// The place of a byte; what stands before it must be UTF-8.
  init(of offset: Int, in bytes: [UInt8]) {
    var line = 1
    var column = 1
    for byte in bytes[..<offset] {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0b1100_0000 != 0b1000_0000 {
        column += 1
      }
    }
    self.offset = offset
    self.line = line
    self.column = column
  }
}

/// Finds what is not UTF-8.
enum UTF8Check {
  /// The first byte that is no part of a character, or nil where the text is UTF-8.
  static func firstInvalid(in bytes: [UInt8]) -> TextPlace? {
    guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
    var rest = bytes.makeIterator()
    var decoder = UTF8()
    var offset = 0
    while case .scalarValue(let scalar) = decoder.decode(&rest) {
      offset += UTF8.width(scalar)
    }
    return TextPlace(of: min(offset, bytes.count - 1), in: bytes)
  }
}

extension UInt8 {
  /// The byte as `0xFF`.
  var hexadecimal: String {
    let digits = String(self, radix: 16, uppercase: true)
    return digits.count == 1 ? "0x0\(digits)" : "0x\(digits)"
  }
}
