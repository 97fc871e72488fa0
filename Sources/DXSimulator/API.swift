/// DX's methods, as its public pages describe them.
extension Store {
  /// Answers a call whose key was accepted.
  mutating func answer(_ call: APICall) -> HTTPResponse {
    switch call {
    case .connections:
      return HTTPResponse([
        "ok": true, "connections": .array(orderedConnections.map(\.json)),
      ])
    case .list(let id):
      guard let connection = connections[id] else { return .error(404, "connection_not_found") }
      let credentials = connection.orderedCredentials.filter { $0.deletedAt == nil }
      return HTTPResponse(["ok": true, "credentials": .array(credentials.map(\.json))])
    case .info(let id, let credentialID):
      guard let connection = connections[id] else { return .error(404, "connection_not_found") }
      guard let credential = connection.credentials[credentialID], credential.exists else {
        return .error(404, "credential_not_found")
      }
      return HTTPResponse(["ok": true, "credential": credential.detailedJSON])
    case .update(let id, let body):
      guard connections[id] != nil else { return .error(404, "connection_not_found") }
      guard let arguments = body.flatMap(UpdateArguments.init) else {
        return .error(422, "invalid_json")
      }
      guard var credential = connections[id]?.credentials[arguments.id],
        credential.exists, credential.deletedAt == nil
      else { return .error(404, "credential_not_found") }
      if let refusal = credential.rules.refusal(of: arguments.secrets) { return refusal }
      credential.apply(arguments)
      connections[id]?.credentials[arguments.id] = credential
      return HTTPResponse(["ok": true, "credential": credential.updatedJSON])
    case .unknown(let status):
      return .error(status, "unknown_method")
    }
  }
}

/// The arguments of `credentials.update`, of the types that DX documents.
private struct UpdateArguments {
  let id: Int
  let label: String?
  let settings: [String: JSON]
  /// Without empty values: those keep what is stored, like secrets that are left out.
  let secrets: [String: JSON]
  /// Outer nil: left out.
  let expirationDate: String??

  init?(_ body: JSON) {
    func object(_ key: String) -> [String: JSON]? {
      switch body[key] {
      case nil, .null: [:]
      case let value?: value.object
      }
    }
    guard let id = body["id"]?.integer, let settings = object("settings"),
      let secrets = object("secrets")
    else { return nil }
    switch body["label"] {
    case nil, .null: label = nil
    case .string(let text): label = text
    default: return nil
    }
    switch body["expiration_date"] {
    case nil: expirationDate = nil
    case .null: expirationDate = .some(nil)
    case .string(let date) where date.isDate: expirationDate = date
    default: return nil
    }
    self.id = id
    self.settings = settings
    self.secrets = secrets.filter { $0.value != .string("") && $0.value != .null }
  }
}

extension Store.Credential {
  fileprivate mutating func apply(_ arguments: UpdateArguments) {
    label = arguments.label ?? label
    settings.merge(arguments.settings) { _, new in new }
    secrets.merge(arguments.secrets) { _, new in new }
    expirationDate = arguments.expirationDate ?? movesTo ?? expirationDate
  }
}

extension HTTPResponse {
  /// An error as DX gives it.
  static func error(_ status: Int, _ label: String) -> HTTPResponse {
    HTTPResponse(status: status, ["ok": false, "error": .string(label)])
  }
}

extension String {
  /// Whether it has the form YYYY-MM-DD.
  fileprivate var isDate: Bool {
    wholeMatch(of: /\d{4}-\d{2}-\d{2}/) != nil
  }
}
