import Foundation

/// Somebody who is neither root nor the owner of a test's files.
enum Nobody {
  /// Runs a program as `nobody` if the test runs as root, else as the one who runs the test.
  static func run(_ program: String, _ arguments: [String]) throws -> CommandResult {
    guard isSomebodyElse else { return try ChildProcess(program, arguments).result() }
    return try ChildProcess(
      "/usr/bin/setpriv",
      ["--reuid=65534", "--regid=65534", "--clear-groups", program] + arguments
    ).result()
  }

  /// Whether there can be another user.
  static var isSomebodyElse: Bool { geteuid() == 0 }
}
