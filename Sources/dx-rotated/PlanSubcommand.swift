import ArgumentParser
import RotationDaemon

/// `dx-rotated plan`.
struct PlanSubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "What would be sent, when, and why; never a value.")

  @OptionGroup var options: ListingOptions

  func run() throws {
    ProcessSetup.prepare()
    let command = PlanCommand(options.listing)
    try ExitStatus.end { () throws(ExitStatus) in try command.run() }
  }
}
