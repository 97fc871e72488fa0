import Configuration

/// The reference of the configuration: what is the same for every key, then the key table.
enum ConfigurationReference {
  static let about = "configuration of dx-rotated"

  static let blocks = rules + KeyTable.sections.flatMap(describe) + ending

  private static let rules: [Block] = [
    .section("Drop-in files"),
    .paragraph(
      "The configuration is made of drop-in files: every `*.toml` in the directories "
        + "\(ConfigurationDirectories.standard.map { "`\($0)`" }.joined(separator: ", ")), "
        + "which stand here with the lowest priority first. `--config-dir` replaces them."),
    .paragraph(
      "Files are read in the order of their names, whatever directory they are in. A file of the "
        + "same name in a directory of higher priority replaces the other whole; an empty file or "
        + "a link to `/dev/null` masks it. Tables merge key by key, and a later file's value wins."),
    .paragraph(
      "What is wrong is reported as `PATH:LINE:COLUMN: error: …`, all of it at once, by "
        + "`dx-rotated check`. The daemon does not start with it (exit status 78); on a reload it "
        + "goes on with the configuration that is in force."),
    .section("Sources"),
    .paragraph(
      "Secrets never stand in a drop-in. A source is an inline table that says where one is:"),
    .definitions([
      .init(
        term: "{ file = PATH }", kind: nil,
        text: "A file, read again when it changes. Replace it by a rename, so that nobody reads "
          + "half of it."),
      .init(
        term: "{ env_file = PATH, key = NAME }", kind: nil,
        text: "A line of a file in the syntax of `EnvironmentFile=` in systemd.exec(5), read again "
          + "when it changes."),
      .init(
        term: "{ credential = NAME }", kind: nil,
        text: "A file in `$CREDENTIALS_DIRECTORY`, which `LoadCredential=` and its kin fill when the "
          + "service starts: what it was made from can change without effect until a restart."),
      .init(
        term: "{ env = NAME }", kind: nil,
        text: "A variable in the environment of the service, which is frozen at its start as well."),
    ]),
    .paragraph(
      "Each may add `json = \"/pointer\"` (RFC 6901), to take one text out of a JSON document. A line "
        + "break at the end is no part of a secret."),
    .section("Values"),
    .paragraph(
      "Spans of time are written as in systemd.time(7): `\"14d\"`, `\"1h 30min\"`, `\"500ms\"`; a bare "
        + "number is an error. A date without a time is the start of that day in UTC. A word in "
        + "capitals in the name of a key stands for a name of yours."),
    .section("Keys"),
  ]

  private static let ending: [Block] = [
    .section("Environment"),
    .definitions([
      .init(term: "DX_ROTATED_API_URL", kind: nil, text: "Overrides `api.url`."),
      .init(
        term: "DX_ROTATED_LOG_LEVEL", kind: nil,
        text: "The least urgent entry that is logged: `debug`, `info`, `notice`, `warning` or "
          + "`error`."),
    ]),
    .section("Example"),
    .example(
      """
      # /etc/dx-rotated/config.d/10-dx.toml
      [api]
      url = "https://acme.getdx.net"
      token = { credential = "dx-api-token" }

      # /etc/dx-rotated/config.d/20-jira.toml
      [credential.jira-cloud]
      connection_id = 123
      id = 456
      rotate_before = "30d"
      secrets.api_token = { file = "/run/secrets/jira/api_token" }
      """),
  ]

  private static func describe(_ section: KeyTable.Section) -> [Block] {
    // Keys that a section shares with an earlier one are explained once.
    let earlier = KeyTable.sections.prefix { $0.name != section.name }
    let own = section.keys.filter { key in
      !earlier.contains { other in
        other.keys.contains { $0.meaning == key.meaning && name($0, other) == name(key, section) }
      }
    }
    var blocks: [Block] = [.subsection("[\(section.name)]"), .paragraph(section.meaning)]
    if own.count < section.keys.count {
      let names = section.keys.map { "`\(name($0, section))`" }.joined(separator: ", ")
      blocks.append(.paragraph("Its keys are explained above: \(names)."))
    }
    if !own.isEmpty { blocks.append(.definitions(own.map { define($0, in: section) })) }
    return blocks
  }

  private static func name(_ key: KeyDescription, _ section: KeyTable.Section) -> String {
    String(key.path.dropFirst(section.name.count + 1))
  }

  private static func define(
    _ key: KeyDescription, in section: KeyTable.Section
  ) -> Block.Definition {
    let type = [key.type, key.range].compactMap { $0 }.joined(separator: " ")
    let standard = key.defaultText == KeyDescription.required ? "required" : "default: \(key.defaultText)"
    return .init(term: name(key, section), kind: "\(type); \(standard)", text: key.meaning)
  }
}
