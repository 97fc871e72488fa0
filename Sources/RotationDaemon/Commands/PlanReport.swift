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
    []
  }
}
