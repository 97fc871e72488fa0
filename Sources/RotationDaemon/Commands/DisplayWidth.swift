// How many columns of a terminal a text takes.

extension StringProtocol {
  /// Two for each character that is wide, by Unicode's East Asian Width or as an emoji, and one for each other.
  var columns: Int { reduce(0) { $0 + $1.columns } }

  /// As much of the beginning as these columns hold.
  func prefix(columns: Int) -> SubSequence {
    var room = columns
    return prefix { character in
      room -= character.columns
      return room >= 0
    }
  }
}

extension Character {
  var columns: Int {
    guard let first = unicodeScalars.first, !isASCII else { return 1 }
    let isEmoji = unicodeScalars.contains { $0.properties.isEmojiPresentation || $0 == "\u{FE0F}" }
    return isEmoji || first.isWide ? 2 : 1
  }
}

extension Unicode.Scalar {
  fileprivate var isWide: Bool {
    switch value {
    case 0x1100...0x115F,  // Hangul's leading consonants
      0x2329...0x232A,
      0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF,  // CJK, kana, Yi
      0xA960...0xA97F, 0xAC00...0xD7A3,  // Hangul
      0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
      0xFF01...0xFF60, 0xFFE0...0xFFE6,  // full-width forms
      0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF,
      0x20000...0x2FFFD, 0x30000...0x3FFFD:
      true
    default: false
    }
  }
}
