import RotationDaemon

/// Sets a page in the macros of man(7).
enum ManualPage {
  static func text(name: String, section: Int, about: String, _ blocks: [Block]) -> String {
    let date = Program.buildDate.description.prefix(10)
    let title = "\(name.uppercased()) \(section) \(date) dx-rotated"
    let head = [
      #".\" \#(plain(ReferencePage.notice))"#, ".TH \(title)", ".SH NAME",
      #"\#(escape(name)) \- \#(escape(about))"#,
    ]
    let ending = [".SH SEE ALSO", ".BR dx\\-rotated (8),", ".BR systemd.exec (5)"]
    return (head + blocks.flatMap(set) + ending).joined(separator: "\n") + "\n"
  }

  private static func set(_ block: Block) -> [String] {
    switch block {
    case .section(let title): [".SH \(title.uppercased())"]
    case .subsection(let title): [".SS \(escape(title))"]
    case .paragraph(let text): [".PP", inline(text)]
    case .example(let lines):
      [".PP", ".nf", ".RS 4"]
        + lines.split(separator: "\n", omittingEmptySubsequences: false).map { line in
          line.isEmpty ? ".sp" : escape(String(line))
        } + [".RE", ".fi"]
    case .definitions(let definitions): definitions.flatMap(set)
    }
  }

  private static func set(_ definition: Block.Definition) -> [String] {
    let kind = definition.kind.map { ["(\(inline($0)))", ".br"] } ?? []
    return [".TP", bold(definition.term)] + kind + [inline(definition.text)]
  }

  /// Text with its literals, which stand between backticks, in bold.
  private static func inline(_ text: String) -> String {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    return parts.enumerated().map { index, part in
      index.isMultiple(of: 2) ? escape(String(part)) : bold(String(part))
    }.joined()
  }

  private static func bold(_ text: String) -> String { "\\fB\(escape(text))\\fR" }

  private static func plain(_ text: String) -> String { text.filter { $0 != "`" } }

  // roff takes these apart: a backslash begins a request, a bare hyphen may become a dash, and a dot or an apostrophe
  // at the start of a line is a macro.
  private static func escape(_ text: String) -> String {
    let escaped = text.map { character in
      switch character {
      case "\\": "\\e"
      case "-": "\\-"
      case "'": "\\(aq"
      case "^": "\\(ha"
      case "~": "\\(ti"
      case "…": "\\&..."
      default: String(character)
      }
    }.joined()
    return escaped.hasPrefix(".") ? "\\&" + escaped : escaped
  }
}
