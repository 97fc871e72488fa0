import RotationEngine
import Systemd

/// Says announcements in the journal, or on stderr.
package final class Journal {
  private var log: EventLog

  /// Makes a journal over a log.
  package init(_ log: EventLog) { self.log = log }

  /// Entries that reached nobody since the start.
  var lostEntries: Int { log.lostEntries }

  /// Says it.
  package func say(_ announcement: Announcement) {
    let priority = Priority(rawValue: announcement.urgency.rawValue) ?? .notice
    guard log.records(priority) else { return }
    log.record(
      LogEntry(
        priority: priority,
        messageID: announcement.event.messageID, message: announcement.message,
        fields: announcement.fields.map { LogEntry.Field(name: $0.name, value: $0.value) }))
  }
}
