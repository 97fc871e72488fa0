extension String {
  /// The text in one line: each control character and line separator is a space.
  var inOneLine: String {
    var line = UnicodeScalarView()
    line.append(contentsOf: unicodeScalars.map { $0.breaksLines ? " " : $0 })
    return String(line)
  }

  /// At most `limit` bytes of the text, cut between characters; a cut shows as a final `…`.
  func cut(toBytes limit: Int) -> String {
    guard utf8.count > limit else { return self }
    // A scalar view rounds an index inside a scalar down to its start.
    let end = utf8.index(startIndex, offsetBy: limit - "…".utf8.count)
    return String(unicodeScalars[..<end]) + "…"
  }
}

extension Unicode.Scalar {
  /// Whether a terminal or a log reader may take it for the end of a line, or for a command.
  var breaksLines: Bool {
    // Looking a property up costs much more.
    if isASCII { return value < 0x20 || value == 0x7F }
    return switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
