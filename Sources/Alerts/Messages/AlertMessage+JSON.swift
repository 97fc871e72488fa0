import FoundationEssentials
import RotationEngine

// The schema of docs/alerts.md: the body of a `json` webhook and the stdin of a command. Undelivered alerts are kept
// in the same form.

extension AlertMessage: Codable {
  static let schemaVersion = 1

  /// The message in this form.
  package var json: String { String(decoding: AlertBody.json(self), as: UTF8.self) }

  /// Reads what `json` gave; nil: it is of another version.
  package init?(json: String) {
    guard let message = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else {
      return nil
    }
    self = message
  }

  private enum Name: String, CodingKey {
    case version, phase, event, severity, test, credential, credentials, instance, since, at
    case message, reason, attempt, error
    case connectionID = "connection_id"
    case credentialID = "credential_id"
    case httpStatus = "http_status"
    case displayMessage = "display_message"
    case rawMessage = "raw_message"
    case expiresAt = "expires_at"
    case nextAttemptAt = "next_attempt_at"
  }

  /// Writes every key; what does not apply is null.
  package func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Name.self)
    try object.encode(Self.schemaVersion, forKey: .version)
    try object.encode(phase.rawValue, forKey: .phase)
    try object.encode(event, forKey: .event)
    try object.encode(severity.rawValue, forKey: .severity)
    try object.encode(isTest, forKey: .test)
    try object.encode(subject?.name, forKey: .credential)
    try object.encode(subject?.key.connection, forKey: .connectionID)
    try object.encode(subject?.key.id, forKey: .credentialID)
    try object.encode(credentialCount, forKey: .credentials)
    try object.encode(instance, forKey: .instance)
    try object.encode("\(since)", forKey: .since)
    try object.encode("\(at)", forKey: .at)
    try object.encode(text, forKey: .message)
    try object.encode(reason, forKey: .reason)
    try object.encode(attempt, forKey: .attempt)
    try object.encode(httpStatus, forKey: .httpStatus)
    try object.encode(error, forKey: .error)
    try object.encode(displayMessage, forKey: .displayMessage)
    try object.encode(rawMessage, forKey: .rawMessage)
    try object.encode(expiresAt.map { "\($0)" }, forKey: .expiresAt)
    try object.encode(nextAttemptAt.map { "\($0)" }, forKey: .nextAttemptAt)
  }

  /// Reads what `encode` wrote.
  package init(from decoder: any Decoder) throws {
    let object = try decoder.container(keyedBy: Name.self)
    func value<Value: RawRepresentable<String>>(_ name: Name) throws -> Value {
      let text = try object.decode(String.self, forKey: name)
      guard let value = Value(rawValue: text) else { throw object.unknown(text, name) }
      return value
    }
    func time(_ name: Name) throws -> WallTime? {
      guard let text = try object.decodeIfPresent(String.self, forKey: name) else { return nil }
      guard let time = WallTime(dateText: text) else { throw object.unknown(text, name) }
      return time
    }
    phase = try value(.phase)
    event = try object.decode(String.self, forKey: .event)
    severity = try value(.severity)
    credentialCount = try object.decode(Int.self, forKey: .credentials)
    instance = try object.decode(String.self, forKey: .instance)
    guard let since = try time(.since), let at = try time(.at) else {
      throw object.unknown("null", .since)
    }
    self.since = since
    self.at = at
    text = try object.decode(String.self, forKey: .message)
    reason = try object.decodeIfPresent(String.self, forKey: .reason)
    attempt = try object.decodeIfPresent(Int.self, forKey: .attempt)
    httpStatus = try object.decodeIfPresent(Int.self, forKey: .httpStatus)
    error = try object.decodeIfPresent(String.self, forKey: .error)
    displayMessage = try object.decodeIfPresent(String.self, forKey: .displayMessage)
    rawMessage = try object.decodeIfPresent(String.self, forKey: .rawMessage)
    expiresAt = try time(.expiresAt)
    nextAttemptAt = try time(.nextAttemptAt)
    if let name = try object.decodeIfPresent(String.self, forKey: .credential) {
      subject = Announcement.Subject(
        name: name,
        key: CredentialKey(
          connection: try object.decode(Int64.self, forKey: .connectionID),
          id: try object.decode(Int64.self, forKey: .credentialID)))
    }
  }
}

extension KeyedDecodingContainer {
  fileprivate func unknown(_ text: String, _ key: Key) -> DecodingError {
    .dataCorruptedError(forKey: key, in: self, debugDescription: "unknown: \(text)")
  }
}
