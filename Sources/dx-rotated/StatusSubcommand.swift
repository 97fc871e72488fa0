import ArgumentParser
import RotationDaemon

/// `dx-rotated status`.
struct StatusSubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "The state of each credential, whether or not the daemon runs.",
    discussion: "Exits with 1 if a credential needs a person, or no daemon runs.")

  @OptionGroup var common: CommonOptions

  @Argument(help: "Credentials by name; none: all.")
  var name: [String] = []

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    ProcessSetup.prepare()
    let command = StatusCommand(place: common.place, names: name, isJSON: json)
    try ExitStatus.end { () throws(ExitStatus) in try command.run() }
  }
}
