import RotationEngine

/// What a channel is told of an alert: plain facts, from which every format is made.
///
/// Its texts are the journal's: no secret is in them.
package struct AlertMessage: Hashable, Sendable {
  /// Which alert it is, whatever has become of it.
  package struct Identity: Hashable, Sendable, CustomStringConvertible {
    /// What for.
    package var event: String
    /// Which credential; nil: the instance as a whole.
    package var key: CredentialKey?

    /// Both, as the state names them: `rotation_held 123 456`.
    package var description: String {
      key.map { "\(event) \($0.connection) \($0.id)" } ?? event
    }
  }

  /// What changed.
  package var phase: AlertNotice.Phase
  /// What for: an `AlertKind`, or `test`.
  package var event: String
  /// How bad.
  package var severity: Severity
  /// Which credential; nil: the instance as a whole, or a group.
  package var subject: Announcement.Subject?
  /// How many credentials are behind it.
  package var credentialCount = 1
  /// The host of the DX instance, with a port where `api.url` has one.
  package var instance: String
  /// Since when it stands.
  package var since: WallTime
  /// When it changed.
  package var at: WallTime
  /// What the journal says of it, and what to do.
  package var text: String
  /// Why, in a word.
  package var reason: String?
  /// The how-manieth send of the value.
  package var attempt: Int?
  /// The status of DX's answer.
  package var httpStatus: Int?
  /// DX's label, or what went wrong.
  package var error: String?
  /// DX's `display_message`.
  package var displayMessage: String?
  /// DX's `raw_message`.
  package var rawMessage: String?
  /// The expiration in force.
  package var expiresAt: WallTime?
  /// When it is tried again.
  package var nextAttemptAt: WallTime?

  /// Which alert it is.
  package var identity: Identity { Identity(event: event, key: subject?.key) }

  /// Whether a person asked for it with `dx-rotated alert test`.
  package var isTest: Bool { event == Self.testEvent }

  static let testEvent = "test"

  /// Makes the message of a change that the engine decided.
  package init(_ notice: AlertNotice, instance: String, at now: WallTime) {
    let said = notice.announcement
    phase = notice.phase
    event = notice.alert.kind.rawValue
    severity = notice.alert.severity
    subject = said.subject
    credentialCount = notice.credentialCount
    self.instance = instance
    since = notice.alert.since
    at = now
    text = said.message
    reason = said.reason
    attempt = said.attempt
    httpStatus = said.httpStatus
    error = said.error
    displayMessage = said.displayMessage
    rawMessage = said.rawMessage
    expiresAt = said.expiresAt
    nextAttemptAt = said.nextAttemptAt
  }

  /// Makes the message of `dx-rotated alert test`.
  package init(testOf instance: String, at now: WallTime) {
    phase = .raised
    event = Self.testEvent
    severity = .critical
    credentialCount = 0
    self.instance = instance
    since = now
    at = now
    text =
      "This is a test of the alert channels of dx-rotated. Nothing is wrong; nothing is to be done"
  }

  /// The same alert, over now, under the severity it had: an escalation ends the alert before.
  func resolved(at now: WallTime) -> AlertMessage {
    var message = self
    message.phase = .resolved
    message.at = now
    return message
  }
}
