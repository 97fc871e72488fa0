import Configuration
import Glibc
import Systemd

/// What the command line of `run` says.
package struct ServiceOptions: Sendable {
  /// The directories of drop-ins, lowest priority first.
  package var directories: [String]
  /// The state directory.
  package var stateDirectory: String
  /// Where the log goes.
  package var log: LogDestination.Choice
  /// The least urgent entry that is logged.
  package var logLevel: Priority

  /// Makes options.
  package init(
    directories: [String], stateDirectory: String, log: LogDestination.Choice, logLevel: Priority
  ) {
    self.directories = directories
    self.stateDirectory = stateDirectory
    self.log = log
    self.logLevel = logLevel
  }

  var controlPath: String {
    ControlPath.forService(stateDirectory: stateDirectory)
  }
}

/// The environment of the process, apart from secrets: names that the program itself knows.
package enum Environment {
  /// The value of a variable.
  package static subscript(name: String) -> String? { ProcessEnvironment.value(name) }

  /// The variables that override the configuration.
  package static var all: [String: String] {
    let names = ["DX_ROTATED_API_URL", "DX_ROTATED_LOG_LEVEL"]
    return Dictionary(
      uniqueKeysWithValues: names.compactMap { name in self[name].map { (name, $0) } })
  }
}

/// Lines for people, written whole.
package enum Output {
  /// A line on stdout.
  package static func line(_ text: String) { write(text, to: STDOUT_FILENO) }

  /// A line on stderr.
  package static func error(_ text: String) { write(text, to: STDERR_FILENO) }

  private static func write(_ text: String, to descriptor: Int32) {
    let bytes = Array((text + "\n").utf8)
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 {
        guard errno == EINTR else { return }
        continue
      }
      start += count
    }
  }
}
