import ArgumentParser
import RotationDaemon

/// `dx-rotated status`.
struct StatusSubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "The state of each credential, whether or not the daemon runs.",
    discussion: """
      Exits with 1 if a credential needs a person, or no daemon runs. With an invalid configuration it shows what is \
      stored by the one before, and exits with 78.
      """)

  @OptionGroup var options: ListingOptions

  func run() throws {
    ProcessSetup.prepare()
    let command = StatusCommand(options.listing)
    try ExitStatus.end { () throws(ExitStatus) in try command.run() }
  }
}
