import Glibc

/// The service's log: one entry for each event, in the journal or on stderr.
///
/// Where the journal does not take an entry (it is stopped, or does not read), stderr gets it as a line. Under systemd
/// stderr leads to the same journal, over a connection that outlives a restart of it but not its end; an entry that
/// neither takes is counted in `lostEntries`. A destination that hangs costs the caller at most one second, once.
///
/// The process ignores SIGPIPE.
package struct EventLog: Sendable {
  /// Entries less urgent than this are left out.
  package var minimum: Priority
  /// The entries that nobody took.
  package private(set) var lostEntries = 0

  private let journal: UnixAddress?
  private var journalPatience = Patience()
  private var lines: LineWriter
  private let linesHavePriority: Bool

  /// A log to `destination`.
  ///
  /// - Parameters:
  ///   - destination: where the entries go.
  ///   - minimum: the least urgent priority to record.
  ///   - standardError: the descriptor for lines; it stays the caller's.
  ///   - journalSocket: where journald listens.
  package init(
    destination: LogDestination, minimum: Priority, standardError: Int32 = STDERR_FILENO,
    journalSocket: String = "/run/systemd/journal/socket"
  ) {
    self.minimum = minimum
    journal =
      switch destination {
      case .journal: UnixAddress(journalSocket)
      case .standardError: nil
      }
    lines = LineWriter(descriptor: standardError)
    linesHavePriority = isatty(standardError) == 0
  }

  /// Whether entries of this priority are recorded.
  package func records(_ priority: Priority) -> Bool { priority.isAtLeast(minimum) }

  /// Records an entry.
  package mutating func record(_ entry: LogEntry) {
    guard records(entry.priority), !isInJournal(entry) else { return }
    let line = LogfmtLine(entry, withPriority: linesHavePriority)
    if !lines.write(line.text) { lostEntries += 1 }
  }

  private mutating func isInJournal(_ entry: LogEntry) -> Bool {
    guard let journal else { return false }
    return journalPatience.attempt {
      Datagram.send(JournalFields(entry).bytes, to: journal, by: $0)
    }
  }
}
