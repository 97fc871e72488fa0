import ArgumentParser

/// `dx-rotated state`.
struct StateSubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "state", abstract: "The state as a whole.",
    subcommands: [
      StateExportSubcommand.self, StateImportSubcommand.self, StateKeySubcommand.self,
    ])
}
