import Glibc

/// A terminal, or what stands in for one.
package struct Terminal: Sendable {
  /// The columns there are; nil: no limit, as in a pipe.
  package var width: Int?
  /// Whether colour may be used.
  package var hasColour: Bool

  /// Makes a terminal.
  package init(width: Int?, hasColour: Bool) {
    self.width = width
    self.hasColour = hasColour
  }

  /// The one at stdout: 80 columns where it is a terminal, and colour only then, and never with `NO_COLOR`.
  package static var standardOutput: Terminal {
    guard isatty(STDOUT_FILENO) == 1 else { return Terminal(width: nil, hasColour: false) }
    let isForbidden = Environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    return Terminal(width: 80, hasColour: !isForbidden)
  }

  /// Text in lines that fit, broken between words, and within a word only where that is longer than a line.
  func wrapped(_ text: String, indent: Int = 0) -> [String] {
    let margin = String(repeating: " ", count: indent)
    guard let width else { return [margin + text] }
    let room = max(2, width - indent)
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.columns + 1 + word.columns > room {
        lines.append(line)
        line = ""
      }
      if !line.isEmpty { line += " " }
      line += word
      while line.columns > room {
        let part = line.prefix(columns: room)
        lines.append(String(part))
        line.removeFirst(part.count)
      }
    }
    if !line.isEmpty { lines.append(line) }
    return lines.map { margin + $0 }
  }
}

extension Output {
  /// A line on stdout, in as many as it takes where that is a terminal.
  static func text(_ text: String, indent: Int = 0) {
    for line in Terminal.standardOutput.wrapped(text, indent: indent) { self.line(line) }
  }
}

extension String {
  /// A name of the program's own as words.
  var withSpaces: String { String(map { $0 == "_" ? " " : $0 }) }

  /// Without control characters, so that a name cannot steer a terminal.
  var printable: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
          default: scalar
          }
        }))
  }
}
