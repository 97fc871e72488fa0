import RotationEngine

/// One row of `plan`: what would be sent, when and why; never a value.
package struct PlanReport: Codable, Hashable, Sendable {
  /// The credential's name.
  package var name: String
  /// The connection's id.
  package var connectionID: Int64
  /// The credential's id.
  package var id: Int64
  /// What will happen, in a word.
  package var action: String
  /// The same for people.
  package var message: String
  /// When; nil: not before something changes.
  package var at: String?
  /// The exit status that it comes to.
  package var status: Int32

  enum CodingKeys: String, CodingKey {
    case name, id, action, message, at, status
    case connectionID = "connection_id"
  }

  /// `at` is null where it is not known, and never left out.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(connectionID, forKey: .connectionID)
    try container.encode(id, forKey: .id)
    try container.encode(action, forKey: .action)
    try container.encode(message, forKey: .message)
    try container.encode(at, forKey: .at)
    try container.encode(status, forKey: .status)
  }
}

extension RotationLoop {
  /// What would be sent for these credentials, soonest first.
  func plan(for credentials: [CredentialSettings]) -> [PlanReport] {
    let wanted = Set(credentials.map(\.key))
    return engine.forecast().filter { wanted.contains($0.subject.key) }
      .map { ($0.at?.millisecondsSinceEpoch ?? Int64.max, $0) }
      .sorted { ($0.0, $0.1.subject.name) < ($1.0, $1.1.subject.name) }
      .map { PlanReport($0.1) }
  }
}

extension PlanReport {
  init(_ forecast: Forecast) {
    name = forecast.subject.name
    connectionID = forecast.subject.key.connection
    id = forecast.subject.key.id
    at = forecast.at?.description
    status = 0
    let why = forecast.reason.map(Wording.words) ?? ""
    let date = forecast.expiresAt.map { "expires \($0)" } ?? "no expiration is known"
    switch forecast.action {
    case .send: (action, message) = ("send", "is sent now: \(why)")
    case .sendAt: (action, message) = ("send", "is sent then: \(why)")
    case .adopt:
      (action, message) = ("adopt", "is taken for what DX has; nothing is sent; \(date)")
    case .waitForWindow:
      (action, message) = ("window_opens", "the window opens: a new secret is wanted; \(date)")
    case .waitForChange:
      (action, message) = ("wait_for_change", "is sent when the source changes; \(date)")
    case .awaitSecret:
      (action, message) = (
        "await_secret", "the window is open, and the source has no new secret; \(date)"
      )
    case .hold(until: nil):
      (action, message) = ("hold", "DX refused it: not sent before the source changes")
    case .hold: (action, message) = ("hold", "DX refused it: tried again then")
    case .missing:
      (action, message) = ("missing", "DX does not list it: nothing is sent until it does")
    case .sourceUnavailable(let failure):
      (action, message) = ("source_unavailable", failure.message)
      status = ExitStatus.sourceUnavailable.rawValue
    case .reading: (action, message) = ("reading", "its source is being read")
    case .blocked(let obstacle):
      (action, message) = (
        "blocked", "is sent once requests can be made (\(obstacle.rawValue)): \(why)"
      )
    case .disabled: (action, message) = ("disabled", "enabled = false: it is not watched")
    }
  }
}
