import RotationEngine

@testable import Alerts

/// Alerts to test with.
enum Sample {
  static let now = WallTime(millisecondsSinceEpoch: 1_795_392_000_000)
  static let instance = "acme.getdx.net"

  static func notice(
    _ kind: AlertKind = .rotationHeld, _ phase: AlertNotice.Phase = .raised,
    _ severity: Severity = .warning, name: String = "jira-cloud", id: Int64 = 456,
    text: String = "jira-cloud: DX refused the secret"
  ) -> AlertNotice {
    var said = Announcement(
      kind.event, .warning, text,
      subject: Announcement.Subject(name: name, key: CredentialKey(connection: 123, id: id)))
    said.expiresAt = now + .days(3)
    return AlertNotice(
      phase: phase,
      alert: StandingAlert(kind: kind, severity: severity, since: now - .hours(2), saidAt: now),
      announcement: said, credentialCount: 1)
  }

  static func message(
    _ kind: AlertKind = .rotationHeld, _ phase: AlertNotice.Phase = .raised,
    _ severity: Severity = .warning, name: String = "jira-cloud", id: Int64 = 456,
    text: String = "jira-cloud: DX refused the secret"
  ) -> AlertMessage {
    AlertMessage(
      notice(kind, phase, severity, name: name, id: id, text: text), instance: instance, at: now)
  }

  static let webhook = AlertSettings.Webhook(name: "ops", url: .literal("http://127.0.0.1:1/"))

  static let alertmanager = AlertSettings.Webhook(
    name: "am", url: .literal("http://127.0.0.1:1"), format: .alertmanager)
}
