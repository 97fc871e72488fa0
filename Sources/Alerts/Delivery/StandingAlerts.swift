import RotationEngine

/// What stands at present, and what a change of one alert means to each kind of channel.
struct StandingAlerts {
  private struct Standing {
    var message: AlertMessage
    /// The worst it was while it stood: whoever was told of that is told of the end too.
    var worst: Severity
  }

  /// What a channel has to hear of a change.
  struct Change {
    var message: AlertMessage
    /// The worst it ever was.
    var worst: Severity
    /// Alerts that this one takes the place of, as they were.
    var ended: [AlertMessage] = []
  }

  private var standing: [AlertMessage.Identity: Standing] = [:]

  var isEmpty: Bool { standing.isEmpty }

  /// All of them, by event and ids.
  var all: [AlertMessage] { standing.values.map(\.message).sorted(by: Self.isBefore) }

  /// Whether an alert stands.
  func contains(_ identity: AlertMessage.Identity) -> Bool { standing[identity] != nil }

  /// Takes in what stood before the process started; what is known already is newer.
  mutating func restore(_ message: AlertMessage) {
    guard standing[message.identity] == nil else { return }
    standing[message.identity] = Standing(message: message, worst: message.severity)
  }

  /// Forgets the alerts of these credentials.
  mutating func forget(_ keys: Set<CredentialKey>) {
    standing = standing.filter { $0.key.key.map { !keys.contains($0) } ?? true }
  }

  /// Takes a change in.
  mutating func take(_ message: AlertMessage) -> Change {
    let before = standing[message.identity]
    let worst = max(message.severity, before?.worst ?? message.severity)
    var change = Change(message: message, worst: worst)
    if let before, before.message.severity != message.severity {
      change.ended.append(before.message)
    }
    guard message.phase != .resolved else {
      standing[message.identity] = nil
      return change
    }
    standing[message.identity] = Standing(message: message, worst: worst)
    for kind in Self.superseded(by: message.event) {
      let identity = AlertMessage.Identity(event: kind.rawValue, key: message.subject?.key)
      if let old = standing.removeValue(forKey: identity) { change.ended.append(old.message) }
    }
    return change
  }

  /// The same trouble under a milder name, which the engine ends without a word.
  private static func superseded(by event: String) -> [AlertKind] {
    switch AlertKind(rawValue: event) {
    case .expired: [.awaitingSecret]
    case .credentialMissing: [.rotationHeld]
    default: []
    }
  }

  private static func isBefore(_ left: AlertMessage, _ right: AlertMessage) -> Bool {
    let none = CredentialKey(connection: 0, id: 0)
    return (left.event, left.subject?.key ?? none) < (right.event, right.subject?.key ?? none)
  }
}
