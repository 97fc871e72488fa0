import RotationEngine

/// An alert as Alertmanager's API version 2 takes it.
///
/// The labels are which alert it is: they must not change while it stands, nor over a restart.
struct AlertmanagerAlert: Encodable {
  /// How long an alert lasts that is not told again.
  static let lifetime = TimeSpan.minutes(5)
  /// How often a standing alert is told.
  static let resendInterval = TimeSpan.minutes(1)

  let labels: [String: String]
  let annotations: [String: String]
  let startsAt: String
  let endsAt: String

  init(_ message: AlertMessage, at now: WallTime) {
    var labels = [
      "alertname": "DXRotated" + message.event.inCamelCase, "severity": message.severity.rawValue,
      "event": message.event, "instance": message.instance,
    ]
    if let subject = message.subject {
      labels["credential"] = subject.name
      labels["connection_id"] = String(subject.key.connection)
      labels["credential_id"] = String(subject.key.id)
    }
    self.labels = labels
    annotations = [
      "summary": message.headline.oneLine,
      "description": [message.text, message.timing(at: now)].filter { !$0.isEmpty }
        .joined(separator: ". "),
    ]
    // Alertmanager refuses an end before the start.
    let end = message.phase == .resolved ? now : now + Self.lifetime
    startsAt = "\(min(message.since, end))"
    endsAt = "\(end)"
  }
}

extension String {
  /// `rotation_held` as `RotationHeld`.
  fileprivate var inCamelCase: String {
    split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }
}
