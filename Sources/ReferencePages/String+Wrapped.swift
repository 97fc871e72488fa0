extension String {
  /// Running text in lines of no more than so many characters, where its words allow it.
  ///
  /// What stands between backticks is one word.
  func wrapped(at width: Int) -> String {
    var lines: [String] = []
    for word in words {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(word)
      }
    }
    return lines.joined(separator: "\n")
  }

  private var words: [String] {
    var words: [String] = []
    var isLiteral = false
    for part in split(separator: " ") {
      if isLiteral {
        words[words.count - 1] += " \(part)"
      } else {
        words.append(String(part))
      }
      if !part.count(where: { $0 == "`" }).isMultiple(of: 2) { isLiteral.toggle() }
    }
    return words
  }
}
