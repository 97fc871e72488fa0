import ArgumentParser
import RotationDaemon
import Systemd

/// `dx-rotated run`.
struct RunSubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "The daemon, in the foreground.")

  @OptionGroup var common: CommonOptions

  @Option(help: "Where the log goes: journal, stderr or auto.")
  var log: LogDestination.Choice = .auto

  @Option(help: "The least urgent entry that is logged: debug, info, notice, warning or error.")
  var logLevel: LogLevel?

  func run() throws {
    let level = try logLevel ?? Self.logLevelOfEnvironment()
    ProcessSetup.prepare()
    var signals = Signals()
    let service = Service(
      options: ServiceOptions(
        directories: common.directories, stateDirectory: common.stateDirectory, log: log,
        logLevel: level?.priority ?? .info))
    try ExitStatus.end { () throws(ExitStatus) in service.run(&signals) }
  }
}

extension RunSubcommand {
  private static let variable = "DX_ROTATED_LOG_LEVEL"

  /// What the unit's environment asks for; an empty variable asks for nothing.
  private static func logLevelOfEnvironment() throws -> LogLevel? {
    guard let name = Environment[variable], !name.isEmpty else { return nil }
    guard let level = LogLevel(argument: name) else {
      let names = LogLevel.allValueStrings.joined(separator: ", ")
      Output.error("environment:\(variable): error: \(variable) must be one of \(names)")
      throw ExitCode(ExitStatus.configuration.rawValue)
    }
    return level
  }
}

/// A level on the command line.
struct LogLevel: ExpressibleByArgument {
  var priority: Priority

  init?(argument: String) {
    guard let priority = Priority(levelName: argument) else { return nil }
    self.priority = priority
  }

  static var allValueStrings: [String] { ["debug", "info", "notice", "warning", "error"] }
}

extension LogDestination.Choice: ExpressibleByArgument {}
