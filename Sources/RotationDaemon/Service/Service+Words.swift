import Configuration
import RotationEngine

// What the service says of itself.
extension Service {
  static func loaded(_ configuration: LoadedConfiguration) -> Announcement {
    let count = configuration.settings.credentials.count
    let files = configuration.files.count
    let warnings = configuration.warnings.map { " \($0)." }.joined()
    return Announcement(
      .configLoaded, warnings.isEmpty ? .info : .warning,
      "\(count) credential\(count == 1 ? "" : "s") from \(files) drop-in\(files == 1 ? "" : "s")."
        + warnings)
  }

  static func started(_ configuration: LoadedConfiguration) -> Announcement {
    let count = configuration.settings.credentials.count
    return Announcement(
      .started, .notice,
      "dx-rotated \(Program.version) watches \(count) credential\(count == 1 ? "" : "s") of "
        + "\(configuration.settings.api.url)")
  }

  static func rejected(_ error: InvalidConfiguration, _ consequence: String) -> Announcement {
    let problems = error.diagnostics.map { "\($0)" }.joined(separator: "\n")
    var said = Announcement(
      .configRejected, .error,
      "the configuration is invalid; \(consequence):\n\(problems)",
      reason: "invalid")
    said.error = error.diagnostics.first.map { "\($0)" }
    return said
  }

  static func rebuilt(movedTo: [String], reason: String) -> Announcement {
    Announcement(
      .stateRebuilt, .error,
      "the state was begun anew (\(reason)): what DX accepted before is not known, and each "
        + "credential is taken as seen for the first time. "
        + (movedTo.isEmpty
          ? "Nothing was left to keep"
          : "The old state was kept as \(movedTo.joined(separator: ", "))"),
      reason: reason)
  }
}
