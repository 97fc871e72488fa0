import ArgumentParser
import RotationDaemon

/// `dx-rotated alert`.
struct AlertSubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alert", abstract: "Alert channels.", subcommands: [AlertTestSubcommand.self])
}

/// `dx-rotated alert test`.
struct AlertTestSubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Sends a marked test alert through the configured channels.",
    discussion: """
      Works alone, whether or not the daemon runs. Exits with 69 if a channel does not take it, 64 if there is no such \
      channel, and 66 if the source of an address or a header cannot be read.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "Channels by name, as NAME, webhook.NAME or command.NAME; none: all.")
  var channel: [String] = []

  func run() throws {
    ProcessSetup.prepare()
    let command = AlertTestCommand(place: common.place, names: channel)
    try ExitStatus.end { () throws(ExitStatus) in try command.run() }
  }
}
