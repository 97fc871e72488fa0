import SecretMemory

/// Takes secrets out of texts that others wrote, by their value.
///
/// A secret is found as it is, and also JSON-escaped, percent-encoded, HTML-escaped, in hexadecimal, in base64 or
/// base64url (alone, or together with other text, as in `Authorization: Basic`), and in two of these on top of each
/// other; one of 8 bytes or more also in capitals or small letters. Where a text is cut off (at its
/// end, or before `...`, `…` or `***`) the first 8 bytes or more of a secret are taken for the secret. A secret of
/// less than 4 bytes is left alone: it would be found everywhere. White space around one does not count.
package struct Redaction: Sendable {
  /// What stands in place of a secret.
  package static let mark = "[redacted]"

  /// The shortest secret that is looked for, in bytes.
  private static let shortestSecret = 4
  /// What is read of a text, in bytes: more than any limit lets through.
  private static let longestText = 16 << 10

  private let secrets: [SecretBytes]

  /// Makes a redaction of these secrets.
  package init(of secrets: [SecretBytes]) {
    self.secrets = secrets.map(\.trimmed).filter { $0.count >= Self.shortestSecret }
  }

  /// The text without secrets and control characters, in one line, cut with `…` after `limit` characters.
  ///
  /// Secrets go first: a cut through one would make it hard to find.
  package func clean(_ text: String, limit: Int) -> String {
    let bytes = Array(text.utf8.prefix(Self.longestText))
    let line = OneLine.of(replacing(secretRanges(in: bytes), in: bytes))
    guard let cut = line.index(line.startIndex, offsetBy: limit, limitedBy: line.endIndex),
      cut < line.endIndex
    else { return line }
    return line[..<cut] + "…"
  }

  /// Where secrets are, in order; those that touch are one.
  private func secretRanges(in bytes: [UInt8]) -> [Range<Int>] {
    guard !secrets.isEmpty else { return [] }
    var found: [Range<Int>] = []
    for reading in TextReading.all(of: bytes) {
      for secret in secrets { found += reading.ranges(of: secret) }
    }
    var merged: [Range<Int>] = []
    for range in found.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }

  private func replacing(_ ranges: [Range<Int>], in bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    var rest = 0
    for range in ranges {
      result += bytes[rest..<range.lowerBound]
      result += Self.mark.utf8
      rest = range.upperBound
    }
    // A range may end within a character where the text does, and the text within one where it was too long.
    return String(decoding: result + bytes[rest...], as: UTF8.self)
  }
}

/// A text without what could break out of a line, or make a terminal show something else.
private enum OneLine {
  static func of(_ text: String) -> String {
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\t", "\n", "\r", "\u{2028}", "\u{2029}": line.append(" ")
      case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": line.append("\u{FFFD}")
      case " "..."~": line.append(scalar)
      default: line.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
      }
    }
    return String(line)
  }
}

extension SecretBytes {
  /// The secret without white space at its ends, which whoever quotes it may have left out.
  fileprivate var trimmed: SecretBytes {
    withUnsafeBytes { bytes in
      let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
      var inner = bytes[...].drop(while: isBlank)
      while let last = inner.last, isBlank(last) { inner.removeLast() }
      return inner.count == bytes.count ? self : SecretBytes(copying: inner)
    }
  }
}
