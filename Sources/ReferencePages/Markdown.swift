/// Sets a page in Markdown.
enum Markdown {
  static func text(title: String, about: String, _ blocks: [Block]) -> String {
    let head = "<!-- \(ReferencePage.notice) -->\n\n# \(title)\n\nThe \(about), key by key.\n"
    return head + blocks.map { "\n" + set($0) + "\n" }.joined()
  }

  private static func set(_ block: Block) -> String {
    switch block {
    case .section(let title): "## \(title)"
    case .subsection(let title): "### `\(title)`"
    case .paragraph(let text): text
    case .example(let lines): "```toml\n\(lines)\n```"
    case .definitions(let definitions):
      definitions.map { definition in
        let kind = definition.kind.map { " (\($0))" } ?? ""
        return "- `\(definition.term)`\(kind): \(definition.text)"
      }.joined(separator: "\n")
    }
  }
}
