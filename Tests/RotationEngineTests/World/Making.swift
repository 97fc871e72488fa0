@testable import RotationEngine

// Short ways to make what tests need.

extension WallTime {
  static func at(_ text: String) -> WallTime {
    guard let time = WallTime(dateText: text) else { preconditionFailure("no date: \(text)") }
    return time
  }
}

extension CredentialKey {
  static let jira = CredentialKey(connection: 1, id: 10)
  static let gitlab = CredentialKey(connection: 2, id: 20)
}

extension CredentialSettings {
  static func named(
    _ name: String, _ key: CredentialKey, _ change: (inout Policy) -> Void = { _ in }
  ) -> CredentialSettings {
    var policy = Policy()
    change(&policy)
    return CredentialSettings(
      name: name, key: key,
      secrets: [.init(key: "api_token", source: Source(.file(path: "/run/\(name)")))],
      policy: policy)
  }
}

extension Settings {
  /// Settings of some credentials; one, `jira`, where none is given.
  static func of(
    _ credentials: [CredentialSettings] = [.named("jira", .jira)],
    change: (inout Settings) -> Void = { _ in }
  ) -> Settings {
    var settings = Settings(
      api: APISettings(
        url: "https://acme.getdx.net", token: Source(.file(path: "/run/dx-api-token"))),
      credentials: credentials)
    change(&settings)
    return settings
  }

  /// So many credentials, each in a connection of its own or all in so many.
  static func many(
    _ count: Int, connections: Int? = nil, _ change: (inout Policy) -> Void = { _ in }
  ) -> Settings {
    .of(
      (0..<count).map { index in
        let connection = Int64(index % (connections ?? count)) + 1
        let key = CredentialKey(connection: connection, id: Int64(index) + 1)
        return .named("c\(index)", key, change)
      })
  }

  /// One credential, `jira`, with a policy.
  static func jira(_ change: (inout Policy) -> Void) -> Settings {
    .of([.named("jira", .jira, change)])
  }
}

extension EngineWorld {
  /// What is stored of a credential.
  func record(_ key: CredentialKey = .jira) -> CredentialRecord {
    store.records[key] ?? CredentialRecord(key: key, name: "none")
  }

  func state(_ key: CredentialKey = .jira) -> CredentialState { record(key).view.state }

  /// DX lists this date.
  func list(_ date: String?, for key: CredentialKey = .jira) {
    dx.listed[key]?.expiration = date.map { .at($0) }
  }
}
