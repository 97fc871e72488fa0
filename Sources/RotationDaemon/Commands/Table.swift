/// Colours of a terminal.
enum Colour: String {
  case red = "31"
  case yellow = "33"
  case green = "32"
  case plain = ""
}

/// Text in columns, as wide as what is in them; where the terminal ends, names and other long texts are cut.
struct Table {
  struct Column {
    var title: String
    /// Whether it may be cut.
    var isElastic = false

    static func fixed(_ title: String) -> Column { Column(title: title) }
    static func elastic(_ title: String) -> Column { Column(title: title, isElastic: true) }
  }

  private let columns: [Column]
  private var rows: [[(text: String, colour: Colour)]] = []
  private var notes: [Int: [String]] = [:]

  init(_ columns: [Column]) {
    self.columns = columns
    rows.append(columns.map { ($0.title, .plain) })
  }

  /// Adds a row: a cell for each column.
  mutating func add(_ cells: [(text: String, colour: Colour)]) { rows.append(cells) }

  /// Text below the last row, indented.
  mutating func note(_ text: String) { notes[rows.count - 1, default: []].append(text) }

  func lines(for terminal: Terminal) -> [String] {
    let widths = widths(for: terminal)
    return rows.enumerated().flatMap { index, row in
      [line(row, widths, hasColour: terminal.hasColour)]
        + (notes[index] ?? []).flatMap { terminal.wrapped($0, indent: 4) }
    }
  }

  /// The widest of those that may be cut gives way.
  private func widths(for terminal: Terminal) -> [Int] {
    var widths = columns.indices.map { column in rows.map { $0[column].text.columns }.max() ?? 0 }
    guard let width = terminal.width else { return widths }
    let room = width - 2 * (widths.count - 1)
    while widths.reduce(0, +) > room {
      let elastic = columns.indices.filter { columns[$0].isElastic && widths[$0] > 4 }
      guard let widest = elastic.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
    }
    return widths
  }

  private func line(
    _ row: [(text: String, colour: Colour)], _ widths: [Int], hasColour: Bool
  ) -> String {
    let cells = zip(row, widths).map { cell, width in
      let text = cell.text.fitted(to: width)
      let padding = String(repeating: " ", count: width - text.columns)
      guard hasColour, cell.colour != .plain else { return text + padding }
      return "\u{1B}[\(cell.colour.rawValue)m\(text)\u{1B}[0m" + padding
    }
    var line = cells.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }
}

extension String {
  fileprivate func fitted(to width: Int) -> String {
    columns > width ? prefix(columns: width - 1) + "…" : self
  }
}
