import ArgumentParser
import RotationDaemon

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
