import ArgumentParser
import Configuration
import Glibc
import RotationDaemon

/// The options of every command (contract, section 1).
struct CommonOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A directory of drop-ins; repeatable, lowest priority first; replaces the standard ones.",
      valueName: "dir"), completion: .directory)
  var configDir: [String] = []

  @Option(
    help: ArgumentHelp(
      "The state directory (default: $STATE_DIRECTORY, else /var/lib/dx-rotated).",
      valueName: "dir"), completion: .directory)
  var stateDir: String?

  var directories: [String] {
    configDir.isEmpty ? ConfigurationDirectories.standard : configDir
  }

  var stateDirectory: String {
    // systemd separates several with colons; the first is the state's.
    let assigned = Environment["STATE_DIRECTORY"]?.split(separator: ":").first.map(String.init)
    return stateDir ?? assigned ?? "/var/lib/dx-rotated"
  }

  var place: CommandPlace {
    CommandPlace(directories: directories, stateDirectory: stateDirectory)
  }
}

extension ExitStatus {
  /// Runs a command, and ends the process with its status.
  static func end(_ command: () throws(ExitStatus) -> ExitStatus) throws -> Never {
    let status: ExitStatus
    do throws(ExitStatus) { status = try command() } catch { status = error }
    // Nothing is buffered and the state is durable; exit(3) would tear libraries down under threads still at work.
    _exit(status.rawValue)
  }
}
