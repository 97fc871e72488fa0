/// What a text means where it holds bytes in hexadecimal.
extension TextReading {
  /// Two readings in which every run of digits is decoded, from its first digit or from its second.
  var hexadecimalDecoded: [TextReading] {
    let runs = hexadecimalRuns
    guard !runs.isEmpty else { return [] }
    return (0..<2).map { skipped in
      var result = TextReading()
      for run in runs {
        var position = run.lowerBound + skipped
        while position + 1 < run.upperBound {
          if let high = Self.digit(bytes[position]), let low = Self.digit(bytes[position + 1]) {
            result.append([high << 4 | low], from: origin(of: position..<position + 2))
          }
          position += 2
        }
      }
      return result
    }
  }

  /// The runs that are long enough for a secret of 4 bytes.
  private var hexadecimalRuns: [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = 0
    for position in 0...bytes.count
    where position == bytes.count || Self.digit(bytes[position]) == nil {
      if position - start >= 8 { runs.append(start..<position) }
      start = position + 1
    }
    return runs
  }

  /// The value of a hexadecimal digit.
  static func digit(_ character: UInt8) -> UInt8? {
    Character(Unicode.Scalar(character)).hexDigitValue.map(UInt8.init)
  }
}
