import ArgumentParser
import RotationDaemon

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
