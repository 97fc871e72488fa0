import Glibc

/// Where the entries go.
package enum LogDestination: Equatable, Sendable {
  case journal
  case standardError

  /// What a person can ask for: `--log journal|stderr|auto`.
  package enum Choice: String, CaseIterable, Sendable {
    case journal, stderr, auto
  }

  /// Follows the choice; `auto` is the journal where stderr leads there already.
  ///
  /// - Parameters:
  ///   - choice: what was asked for.
  ///   - journalStream: `$JOURNAL_STREAM`, `device:inode` in decimal (systemd.exec(5)).
  ///   - standardError: the descriptor to compare it with; a child's stderr can lead elsewhere than its parent's.
  /// - Returns: the destination.
  package static func choose(
    _ choice: Choice, journalStream: String? = ProcessEnvironment.value("JOURNAL_STREAM"),
    standardError: Int32 = STDERR_FILENO
  ) -> LogDestination {
    switch choice {
    case .journal: return .journal
    case .stderr: return .standardError
    case .auto:
      var file = stat()
      guard let journalStream, fstat(standardError, &file) == 0 else { return .standardError }
      return journalStream == "\(file.st_dev):\(file.st_ino)" ? .journal : .standardError
    }
  }
}
