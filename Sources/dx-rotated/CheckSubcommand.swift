import ArgumentParser
import RotationDaemon

/// `dx-rotated check`.
struct CheckSubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Reads the whole configuration and every source, and reports every problem at once.",
    discussion: "Sends nothing.")

  @OptionGroup var common: CommonOptions

  @Flag(help: "Read no source.")
  var configOnly = false

  @Flag(
    help: "Also ask DX for the list of every connection: is the key accepted, are the ids known?")
  var online = false

  func run() throws {
    ProcessSetup.prepare()
    let command = CheckCommand(
      place: common.place, configurationOnly: configOnly, online: online)
    try ExitStatus.end { () throws(ExitStatus) in try command.run() }
  }
}
