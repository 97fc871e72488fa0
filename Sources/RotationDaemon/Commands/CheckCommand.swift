import Configuration
import Glibc
import RotationEngine
import SecretSources

/// `dx-rotated check`: every problem at once; sends nothing.
package struct CheckCommand {
  private let place: CommandPlace
  private let isConfigurationOnly: Bool
  private let isOnline: Bool

  /// Makes the command.
  package init(place: CommandPlace, configurationOnly: Bool, online: Bool) {
    self.place = place
    isConfigurationOnly = configurationOnly
    isOnline = online
  }

  /// Checks, and prints what was found.
  package func run() throws(ExitStatus) -> ExitStatus {
    let configuration = try place.loadConfiguration()
    for warning in configuration.warnings { Output.error("\(warning)") }
    let settings = configuration.settings
    let count = settings.credentials.count
    var worst = ExitStatus.done
    var warnings = configuration.warnings.count
    if !isConfigurationOnly { worst = readEverySource(settings, &warnings) }
    if isOnline {
      let status = try checkOnline()
      if worst == .done { worst = status }
    }
    if worst == .done {
      let files = configuration.files.count
      Output.text(
        "\(files) drop-in\(files == 1 ? "" : "s"), \(count) credential\(count == 1 ? "" : "s"): "
          + (warnings == 0
            ? "no problem found" : "no error, \(warnings) warning\(warnings == 1 ? "" : "s")"))
    }
    return worst
  }

  private func readEverySource(_ settings: Settings, _ warningCount: inout Int) -> ExitStatus {
    var worst = ExitStatus.done
    // Only whether it can be read counts here, so any key will do.
    guard let key = FingerprintKey.generate() else { return .unexpected }
    let reader = SourceReader(
      environment: SecretSources.ProcessEnvironment(),
      credentialsDirectory: Environment["CREDENTIALS_DIRECTORY"], readsEnvironment: false)
    for checked in SourceCheck(reader: reader, key: key).results(settings) {
      switch checked.result {
      case .success(let warnings):
        for warning in warnings { Output.error("\(checked.name): warning: \(warning)") }
        warningCount += warnings.count
      case .failure(let failure) where failure.kind == .elsewhere:
        Output.text("\(checked.name): note: \(failure.message)")
      case .failure(let failure):
        Output.error("\(checked.name): error: \(failure.message)")
        worst = .sourceUnavailable
      }
    }
    return worst
  }

  private func checkOnline() throws(ExitStatus) -> ExitStatus {
    let reply = try CommandAnswer(place: place).ask(ControlRequest(.checkOnline))
    for connection in reply.connections ?? [] {
      if let error = connection.error {
        Output.error("connection \(connection.connectionID): error: \(error.printable)")
      } else {
        Output.line("connection \(connection.connectionID): the API key is accepted")
      }
      for credential in connection.credentials {
        let verdict = "\(credential.name.printable) (\(credential.id)): \(credential.message)"
        if credential.isListed {
          Output.text(verdict, indent: 2)
        } else {
          Output.error("  \(verdict)")
        }
      }
    }
    return ExitStatus(rawValue: reply.status) ?? .unexpected
  }
}
