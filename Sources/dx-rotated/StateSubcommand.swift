import ArgumentParser
import RotationDaemon

/// `dx-rotated state`.
struct StateSubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "state", abstract: "The state as a whole.",
    subcommands: [
      StateExportSubcommand.self, StateImportSubcommand.self, StateKeySubcommand.self,
    ])
}

/// `dx-rotated state export`.
struct StateExportSubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes the state that the configuration names as one JSON document.",
    discussion: """
      The document has what is known of each credential and the history: fingerprints, never a secret. Stop the daemons \
      before you move a state.
      """)

  @OptionGroup var common: CommonOptions

  @Option(
    help: ArgumentHelp("Where to write it, with mode 0600; none: stdout.", valueName: "file"),
    completion: .file())
  var output: String?

  func run() throws {
    ProcessSetup.prepare()
    let command = StateExportCommand(place: common.place, output: output)
    try ExitStatus.end { () throws(ExitStatus) in try command.run() }
  }
}

/// `dx-rotated state import`.
struct StateImportSubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Puts such a document into the state that the configuration names.",
    discussion: """
      All of it, or nothing. Exits with 75 while a daemon, or a node of the cluster, works on that state; with 73 where it \
      holds something already; with 66 for a document that is not whole; with 78 for one of another DX, or with \
      fingerprints that were made with another key.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "The document.", completion: .file())
  var file: String

  @Option(
    help: ArgumentHelp(
      "A file with the key of its fingerprints, as `state key` writes it.", valueName: "file"),
    completion: .file())
  var key: String?

  @Flag(help: "Replace what that state holds.")
  var replace = false

  func run() throws {
    ProcessSetup.prepare()
    let command = StateImportCommand(
      place: common.place, path: file, keyFile: key, replaces: replace)
    try ExitStatus.end { () throws(ExitStatus) in try command.run() }
  }
}

/// `dx-rotated state key`.
struct StateKeySubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Writes the key of the fingerprints, for `key` of [cluster] or `state import --key`.",
    discussion: """
      Whoever has it can try guessed secrets against the fingerprints: keep it as you keep secrets. It is not written to a \
      terminal.
      """)

  @OptionGroup var common: CommonOptions

  @Option(
    help: ArgumentHelp("Where to write it, with mode 0600; none: stdout.", valueName: "file"),
    completion: .file())
  var output: String?

  func run() throws {
    ProcessSetup.prepare()
    let command = StateKeyCommand(place: common.place, output: output)
    try ExitStatus.end { () throws(ExitStatus) in try command.run() }
  }
}
