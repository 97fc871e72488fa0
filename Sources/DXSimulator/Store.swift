/// The connections and credentials of the simulated DX.
struct Store: Sendable {
  /// One data source of DX.
  struct Connection: Sendable {
    let id: Int
    let type: String
    let name: String
    var credentials: [Int: Credential]
  }

  /// One credential, with the secrets that DX never shows.
  struct Credential: Sendable {
    let id: Int
    let type: String
    var label: String
    var settings: [String: JSON] = [:]
    var secrets: [String: JSON] = [:]
    var expirationDate: String?
    var disabledAt: String?
    var deletedAt: String?
    /// `expirationDate` after the next accepted update; nil leaves it.
    var movesTo: String?
    var rules: [VerificationRule]
    /// False while the row is gone altogether.
    var exists = true
  }

  /// When every row was made: the API shows it, and nothing depends on it.
  static let createdAt = "2026-01-01T00:00:00.000Z"

  var connections: [Int: Connection]

  init(_ configuration: SimulatorConfiguration) {
    connections = [:]
    for connection in configuration.connections {
      var credentials: [Int: Credential] = [:]
      for credential in connection.credentials {
        credentials[credential.id] = Credential(
          id: credential.id, type: connection.type, label: credential.label,
          expirationDate: credential.expirationDate, disabledAt: credential.disabledAt,
          deletedAt: credential.deletedAt, movesTo: credential.movesTo, rules: credential.rules)
      }
      connections[connection.id] = Connection(
        id: connection.id, type: connection.type, name: connection.name, credentials: credentials)
    }
  }

  /// All connections, in the order of their ids.
  var orderedConnections: [Connection] {
    connections.values.sorted { $0.id < $1.id }
  }
}

extension Store.Connection {
  /// The credentials that are there, deleted ones too, in the order of their ids.
  var orderedCredentials: [Store.Credential] {
    credentials.values.filter(\.exists).sorted { $0.id < $1.id }
  }

  /// As `connections.list` shows it.
  var json: JSON {
    [
      "id": .integer(id), "type": .string(type), "name": .string(name), "state": "active",
      "disabled_at": nil, "last_synced_at": nil, "created_at": .string(Store.createdAt),
      "supports_multiple_credentials": true,
    ]
  }
}

extension Store.Credential {
  /// As `credentials.list` shows it.
  var json: JSON {
    [
      "id": .integer(id), "type": .string(type), "label": .string(label),
      "settings": .object(settings), "created_at": .string(Store.createdAt),
      "disabled_at": .optional(disabledAt), "expiration_date": .optional(expirationDate),
    ]
  }

  /// As `credentials.info` shows it.
  var detailedJSON: JSON {
    var members = json.object ?? [:]
    members["deleted_at"] = .optional(deletedAt)
    return .object(members)
  }

  /// As the answer to `credentials.update` shows it.
  var updatedJSON: JSON {
    [
      "id": .integer(id), "type": .string(type), "label": .string(label),
      "created_at": .string(Store.createdAt),
    ]
  }
}
