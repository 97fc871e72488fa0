import ArgumentParser
import RotationDaemon

/// `dx-rotated rotate`.
struct RotateSubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate", abstract: "One pass now for these credentials.",
    discussion: """
      Sends only what the rules would send now, or what differs from what DX last accepted. While the daemon runs, \
      it does the work, and what is printed is what it sees.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "Credentials by name.")
  var name: [String]

  @Flag(help: "Send in any case.")
  var force = false

  @Flag(help: "Send nothing; say what would be sent.")
  var dryRun = false

  func run() throws {
    ProcessSetup.prepare()
    let command = RotateCommand(place: common.place, names: name, force: force, dryRun: dryRun)
    try ExitStatus.end { () throws(ExitStatus) in try command.run() }
  }
}
