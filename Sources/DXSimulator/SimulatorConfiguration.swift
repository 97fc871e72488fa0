/// What the simulated DX holds at the start.
///
/// Its keys are those of `docs/simulator.md`.
package struct SimulatorConfiguration: Sendable {
  /// One `[[connection]]`.
  package struct Connection: Sendable {
    var id: Int
    var type: String
    var name: String
    var credentials: [Credential]
  }

  /// One `[[connection.credential]]`.
  package struct Credential: Sendable {
    var id: Int
    var label: String
    var expirationDate: String?
    var disabledAt: String?
    var deletedAt: String?
    var movesTo: String?
    var rules: [VerificationRule]
  }

  var key: String
  var requestsPerMinute: Int?
  var connections: [Connection]
}

extension SimulatorConfiguration: Decodable {
  private enum Key: String, CodingKey, CaseIterable {
    case key, connection
    case requestsPerMinute = "requests_per_minute"
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.onlyKeys(Key.self)
    key = try values.decode(String.self, forKey: .key)
    requestsPerMinute = try values.decodeIfPresent(Int.self, forKey: .requestsPerMinute)
    connections = try values.decodeIfPresent([Connection].self, forKey: .connection) ?? []
  }
}

extension SimulatorConfiguration.Connection: Decodable {
  private enum Key: String, CodingKey, CaseIterable {
    case id, type, name, credential
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.onlyKeys(Key.self)
    id = try values.decode(Int.self, forKey: .id)
    type = try values.decodeIfPresent(String.self, forKey: .type) ?? "jira_cloud"
    name = try values.decodeIfPresent(String.self, forKey: .name) ?? "Connection \(id)"
    credentials =
      try values.decodeIfPresent([SimulatorConfiguration.Credential].self, forKey: .credential)
      ?? []
  }
}

extension SimulatorConfiguration.Credential: Decodable {
  private enum Key: String, CodingKey, CaseIterable {
    case id, label, rule
    case expirationDate = "expiration_date"
    case disabledAt = "disabled_at"
    case deletedAt = "deleted_at"
    case movesTo = "moves_to"
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.onlyKeys(Key.self)
    id = try values.decode(Int.self, forKey: .id)
    label = try values.decodeIfPresent(String.self, forKey: .label) ?? "Credential \(id)"
    expirationDate = try values.decodeIfPresent(String.self, forKey: .expirationDate)
    disabledAt = try values.decodeIfPresent(String.self, forKey: .disabledAt)
    deletedAt = try values.decodeIfPresent(String.self, forKey: .deletedAt)
    movesTo = try values.decodeIfPresent(String.self, forKey: .movesTo)
    rules = try values.decodeIfPresent([VerificationRule].self, forKey: .rule) ?? []
  }
}
