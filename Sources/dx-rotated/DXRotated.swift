import ArgumentParser
import RotationDaemon

/// The program.
struct DXRotated: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dx-rotated",
    abstract: "Rotates the credentials of DX connections before they expire.",
    version: Program.version,
    subcommands: [
      RunSubcommand.self, CheckSubcommand.self, PlanSubcommand.self, StatusSubcommand.self,
      RotateSubcommand.self, HistorySubcommand.self, AlertSubcommand.self, StateSubcommand.self,
    ])
}
