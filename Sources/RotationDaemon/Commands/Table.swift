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
}

/// Colours of a terminal.
enum Colour: String {
  case red = "31"
  case yellow = "33"
  case green = "32"
  case plain = ""
}

/// Text in columns, as wide as what is in them, cut where the terminal ends.
struct Table {
  private var rows: [[(text: String, colour: Colour)]] = []
  private var notes: [Int: [String]] = [:]

  init(header: [String]) { rows.append(header.map { ($0, .plain) }) }

  mutating func add(_ cells: [(text: String, colour: Colour)]) { rows.append(cells) }

  /// Text below the last row, indented.
  mutating func note(_ text: String) { notes[rows.count - 1, default: []].append(text) }

  func lines(for terminal: Terminal) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let natural = (0..<count).map { column in
      rows.map { column < $0.count ? $0[column].text.count : 0 }.max() ?? 0
    }
    let widths = terminal.width.map { Self.narrowed(natural, to: $0) } ?? natural
    return rows.enumerated().flatMap { index, row in
      [line(row, widths, terminal)]
        + (notes[index] ?? []).flatMap { terminal.wrapped($0, indent: 4) }
    }
  }

  /// The widest columns give way, so that a long name costs no other column.
  private static func narrowed(_ natural: [Int], to width: Int) -> [Int] {
    var widths = natural
    let room = width - 2 * max(0, widths.count - 1)
    while widths.reduce(0, +) > room, let widest = widths.max(), widest > 8,
      let column = widths.firstIndex(of: widest)
    {
      widths[column] -= 1
    }
    return widths
  }

  private func line(
    _ row: [(text: String, colour: Colour)], _ widths: [Int], _ terminal: Terminal
  ) -> String {
    var room = terminal.width ?? Int.max
    var parts: [String] = []
    for (column, cell) in row.enumerated() {
      let isLast = column == row.count - 1
      let width = isLast ? min(cell.text.count, widths[column]) : widths[column]
      guard room > 0 else { break }
      let text = cell.text.fitted(to: min(width, room), padded: !isLast)
      room -= text.count + 2
      let colours = terminal.hasColour && cell.colour != .plain
      parts.append(colours ? "\u{1B}[\(cell.colour.rawValue)m\(text)\u{1B}[0m" : text)
    }
    var line = parts.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }
}

extension Terminal {
  /// Text in lines that fit, broken between words.
  func wrapped(_ text: String, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    guard let width else { return [margin + text] }
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + word.count + indent + 1 > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " " + word
    }
    if !line.isEmpty { lines.append(line) }
    return lines.map { margin + $0 }
  }
}

extension String {
  fileprivate func fitted(to width: Int, padded: Bool) -> String {
    if count > width { return width > 1 ? String(prefix(width - 1)) + "…" : String(prefix(width)) }
    return padded ? self + String(repeating: " ", count: width - count) : self
  }

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
