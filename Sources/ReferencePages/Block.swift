/// A part of a page, without regard to how it is set.
///
/// Text between backticks is literal: what somebody types, or a name of the program.
enum Block {
  /// A heading of the first level.
  case section(String)
  /// A heading of the second level.
  case subsection(String)
  /// Running text.
  case paragraph(String)
  /// Lines that stand as they are.
  case example(String)
  /// Terms, each with what it means.
  case definitions([Definition])

  /// A term and what it means.
  struct Definition {
    /// The literal that is explained.
    var term: String
    /// What kind of thing it is; nil: the text says it.
    var kind: String?
    /// What it means.
    var text: String
  }
}

/// A page that is made from the code.
package struct ReferencePage: Sendable {
  /// Where it is, from the project's root.
  package let path: String
  /// What it holds.
  package let text: String

  /// All of them.
  package static let all = [
    ReferencePage(path: "deploy/dx-rotated.catalog", text: Catalog.text),
    ReferencePage(
      path: "deploy/man/dx-rotated.toml.5",
      text: ManualPage.text(
        name: "dx-rotated.toml", section: 5, about: ConfigurationReference.about,
        ConfigurationReference.blocks)),
    ReferencePage(
      path: "docs/configuration.md",
      text: Markdown.text(
        title: "Configuration", about: ConfigurationReference.about, ConfigurationReference.blocks)
    ),
  ]

  static let notice = "Made by `make reference` from the code: a change here is lost."
}
