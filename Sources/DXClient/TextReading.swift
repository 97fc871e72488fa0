import SecretMemory

/// One way to read a text: the bytes that it means, and where in the text each of them is written.
///
/// A secret is looked for in what a text means rather than in all the ways to write the secret, which have no end:
/// every character may be escaped or not, and base64 changes with what stands before.
struct TextReading {
  private(set) var bytes: [UInt8]
  /// For each byte the range of the text that goes when the byte has to.
  private(set) var origins: [Range<Int>]

  /// The text as it is.
  private init(literally text: [UInt8]) {
    bytes = text
    origins = text.indices.map { $0..<$0 + 1 }
  }

  init() {
    bytes = []
    origins = []
  }

  /// Adds bytes that are written in one place.
  mutating func append(_ meaning: some Sequence<UInt8>, from origin: Range<Int>) {
    for byte in meaning {
      bytes.append(byte)
      origins.append(origin)
    }
  }

  /// The place in the text of a part of this reading.
  func origin(of part: Range<Int>) -> Range<Int> {
    origins[part.lowerBound].lowerBound..<origins[part.upperBound - 1].upperBound
  }

  /// Every reading of a text: itself, unescaped once or twice in whatever way, and the base64 and the hexadecimal in
  /// each of these.
  static func all(of text: [UInt8]) -> [TextReading] {
    let unescapings = [
      unescapingJSON, unescapingPercent(plusIsSpace: false), unescapingPercent(plusIsSpace: true),
      unescapingHTML,
    ]
    var readings = [TextReading(literally: text)]
    var latest = readings
    for _ in 1...2 {
      latest = latest.flatMap { reading in unescapings.compactMap { $0(reading) } }
      readings += latest
    }
    return readings + readings.flatMap { $0.base64Decoded + $0.hexadecimalDecoded }
  }
}

extension TextReading {
  /// The first bytes of a secret by which it is recognized where a text is cut off.
  private static let prefix = 8
  /// From this length on a secret is also found in letters of another case; a shorter one would be found in many words.
  private static let shortestInAnyCase = 8

  /// Where in the text a secret is written, whole or cut off.
  func ranges(of secret: SecretBytes) -> [Range<Int>] {
    secret.withUnsafeBytes { secret in
      var found: [Range<Int>] = []
      var start = 0
      while start < bytes.count {
        let end = endOfMatch(with: secret, from: start)
        let length = end - start
        if length == secret.count || length >= Self.prefix && isCutOff(at: end) {
          found.append(origin(of: start..<end))
          start = end
        } else {
          start += 1
        }
      }
      return found
    }
  }

  /// Where the bytes from a position on stop being those of a secret.
  private func endOfMatch(with secret: UnsafeRawBufferPointer, from start: Int) -> Int {
    let isInAnyCase = secret.count >= Self.shortestInAnyCase
    var end = start
    while end < bytes.count, end - start < secret.count {
      let (written, meant) = (bytes[end], secret[end - start])
      guard written == meant || isInAnyCase && Self.folded(written) == Self.folded(meant) else {
        break
      }
      end += 1
    }
    return end
  }

  private static func folded(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  private func isCutOff(at end: Int) -> Bool {
    end == bytes.count
      || ["...", "…", "***"].contains { bytes[end...].starts(with: $0.utf8) }
  }
}
