/// Finds a key of absurdly many parts (`a.a.a.…`) before it is parsed.
///
/// Each part is a table within a table, and the parser walks those recursively: without a limit a
/// file could exhaust the stack. The scan follows the grammar of strings and comments exactly as
/// far as the text is valid; from the first mistake on, the parser does not look either.
enum KeyDepth {
  static let limit = 16

  static func firstTooDeep(in bytes: [UInt8]) -> TextPlace? {
    var scan = Scan(bytes: bytes)
    return scan.firstTooDeep().map { TextPlace(of: $0, in: bytes) }
  }

  private struct Scan {
    let bytes: [UInt8]
    var offset = 0

    mutating func firstTooDeep() -> Int? {
      var dots = 0
      while offset < bytes.count {
        let byte = bytes[offset]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
          skipString(quote: byte)
          continue
        case UInt8(ascii: "#"):
          skip { $0 != UInt8(ascii: "\n") }
          continue
        case UInt8(ascii: "."):
          dots += 1
          if dots >= limit { return offset }
        case UInt8(ascii: "\n"), UInt8(ascii: "="), UInt8(ascii: ","), UInt8(ascii: "["),
          UInt8(ascii: "{"):
          dots = 0
        default: break
        }
        offset += 1
      }
      return nil
    }

    private mutating func skip(while condition: (UInt8) -> Bool) {
      while offset < bytes.count, condition(bytes[offset]) { offset += 1 }
    }

    private func quotes(_ quote: UInt8) -> Int {
      var count = 0
      while offset + count < bytes.count, bytes[offset + count] == quote { count += 1 }
      return count
    }

    private mutating func skipString(quote: UInt8) {
      let opening = quotes(quote)
      if opening == 2 {
        offset += 2
        return
      }
      let isMultiLine = opening >= 3
      offset += isMultiLine ? 3 : 1
      while offset < bytes.count {
        let byte = bytes[offset]
        if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
          offset += 2
        } else if byte == quote {
          let count = isMultiLine ? quotes(quote) : 1
          // Up to two quotes may stand right before the three that close.
          offset += min(count, 5)
          if !isMultiLine || count >= 3 { return }
        } else if byte == UInt8(ascii: "\n"), !isMultiLine {
          return
        } else {
          offset += 1
        }
      }
    }
  }
}
