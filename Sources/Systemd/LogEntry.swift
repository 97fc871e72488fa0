/// How urgent an entry is: the levels of syslog(3), with their numbers.
package enum Priority: Int, CaseIterable, Sendable {
  case emergency, alert, critical, error, warning, notice, info, debug

  /// The level that `--log-level` names: `debug`, `info`, `notice`, `warning` or `error`.
  package init?(levelName: String) {
    switch levelName {
    case "debug": self = .debug
    case "info": self = .info
    case "notice": self = .notice
    case "warning": self = .warning
    case "error": self = .error
    default: return nil
    }
  }

  /// Whether it is as urgent as `other`, or more.
  package func isAtLeast(_ other: Priority) -> Bool {
    rawValue <= other.rawValue
  }
}

/// One event, for the journal or for stderr.
package struct LogEntry: Equatable, Sendable {
  /// A field of the journal.
  package struct Field: Equatable, Sendable {
    /// A name that the journal allows: `A-Z 0-9 _`, a letter first; ours begin with `DX_`.
    package let name: String
    /// Any text, at most `longestValue` bytes of it.
    package let value: String

    /// A field whose value is cut to `longestValue`.
    package init(name: String, value: String) {
      self.name = name
      self.value = value.cut(toBytes: LogEntry.longestValue)
    }
  }

  /// The most bytes one value may have, so that an entry always fits into one datagram, whatever a server answers.
  package static let longestValue = 8192

  /// How urgent it is.
  package let priority: Priority
  /// The 32 hexadecimal digits under which the catalog explains it.
  package let messageID: String?
  /// What happened, for a person.
  package let message: String
  /// What happened, for a program; `DX_EVENT` among them.
  package let fields: [Field]

  /// An entry whose message is cut to `longestValue`.
  package init(priority: Priority, messageID: String?, message: String, fields: [Field]) {
    self.priority = priority
    self.messageID = messageID
    self.message = message.cut(toBytes: Self.longestValue)
    self.fields = fields
  }
}
