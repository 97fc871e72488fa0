import ArgumentParser
import RotationDaemon

/// `dx-rotated history`.
struct HistorySubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Attempts, newest first.")

  @OptionGroup var common: CommonOptions

  @Argument(help: "Credentials by name; none: all.")
  var name: [String] = []

  @Option(help: "At most so many.")
  var limit = 100

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit takes a whole number from 1") }
  }

  func run() throws {
    ProcessSetup.prepare()
    let command = HistoryCommand(place: common.place, names: name, limit: limit, isJSON: json)
    try ExitStatus.end { () throws(ExitStatus) in try command.run() }
  }
}
