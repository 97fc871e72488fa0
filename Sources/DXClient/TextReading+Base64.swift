/// What a text means where it holds base64 or base64url (RFC 4648).
extension TextReading {
  /// Four readings in which every run of characters of these alphabets is decoded.
  ///
  /// Where in a run the encoded part begins is unknown (`key/c2VjcmV0`), so each reading leaves out another number of
  /// characters at the start of every run. A byte found in one is hidden with the run as a whole.
  var base64Decoded: [TextReading] {
    let runs = base64Runs
    guard !runs.isEmpty else { return [] }
    return (0..<4).map { skipped in
      var result = TextReading()
      for run in runs {
        result.append(Self.base64Decoded(bytes[run].dropFirst(skipped)), from: origin(of: run))
      }
      return result
    }
  }

  /// The runs that are long enough for a secret of 4 bytes.
  private var base64Runs: [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = 0
    for position in 0...bytes.count
    where position == bytes.count || Self.base64Value(bytes[position]) == nil {
      if position - start >= 6 { runs.append(start..<position) }
      start = position + 1
    }
    return runs
  }

  private static func base64Decoded(_ characters: ArraySlice<UInt8>) -> [UInt8] {
    var decoded: [UInt8] = []
    var bits: UInt32 = 0
    var bitCount = 0
    for character in characters {
      bits = bits << 6 | UInt32(base64Value(character) ?? 0)
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        decoded.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
      }
    }
    return decoded
  }

  private static func base64Value(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
