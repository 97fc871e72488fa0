import ArgumentParser
import RotationDaemon

/// `dx-rotated plan`.
struct PlanSubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "What would be sent, when, and why; never a value.")

  @OptionGroup var common: CommonOptions

  @Argument(help: "Credentials by name; none: all.")
  var name: [String] = []

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    ProcessSetup.prepare()
    let command = PlanCommand(place: common.place, names: name, isJSON: json)
    try ExitStatus.end { () throws(ExitStatus) in try command.run() }
  }
}
