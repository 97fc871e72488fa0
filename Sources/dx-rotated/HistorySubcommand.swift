import ArgumentParser
import RotationDaemon

/// `dx-rotated history`.
struct HistorySubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Attempts, newest first.")

  @OptionGroup var options: ListingOptions

  @Option(help: "At most so many.")
  var limit = 100

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit takes a whole number from 1") }
  }

  func run() throws {
    ProcessSetup.prepare()
    let command = HistoryCommand(options.listing, limit: limit)
    try ExitStatus.end { () throws(ExitStatus) in try command.run() }
  }
}
