import ArgumentParser
import RotationDaemon

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
