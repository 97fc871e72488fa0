import RotationEngine

/// Makes settings of the merged configuration.
///
/// Here ranges are judged, what is required is asked for, and values are compared with each other.
struct SettingsReader {
  var problems: Problems
  var warnings: [Diagnostic] = []
  /// Whether a key may be called missing: not while a file that could have it was not understood.
  let isComplete: Bool
  /// `DX_ROTATED_API_URL`, if it is set.
  let environmentURL: String?
  private let root: Scope
  private let defaults: Scope

  init(
    _ layer: Layer, lastFile: String, problems: Problems, isComplete: Bool, environmentURL: String?
  ) {
    let end = Position.start(of: lastFile)
    self.problems = problems
    self.isComplete = isComplete
    self.environmentURL = environmentURL
    root = Scope(path: .root, table: layer.root, position: end)
    defaults = root.inner("defaults") ?? .empty("defaults", at: end)
  }

  /// The settings; of use only if no problem was found.
  mutating func settings() -> Settings {
    var policy = Policy()
    let isUsable = defaults.read(KeyTable.policy, into: &policy, &problems)
    if isUsable { PolicyCheck.windows(&policy, in: defaults, &problems) }
    var settings = Settings(
      api: api(policy), credentials: credentials(policy), retry: retry(), alert: alert())
    _ = scope("metrics").read(KeyTable.metrics, into: &settings, &problems)
    settings.cluster = cluster()
    return settings
  }

  private func scope(_ name: String) -> Scope {
    root.inner(name) ?? .empty(name, at: root.position)
  }

  mutating func require<Target>(_ keys: [Key<Target>], in scope: Scope, _ advice: String) {
    guard isComplete else { return }
    for key in keys where key.isRequired {
      if let entry = scope.table[key.name], !(key.isTable && entry.isEmptyTable) { continue }
      problems.missing(key.name, in: scope.path, advice, at: scope.position)
    }
  }

  private mutating func api(_ policy: Policy) -> APISettings {
    let scope = scope("api")
    var api = APISettings(url: "", token: Source(.file(path: "")))
    api.keyRotateBefore = policy.rotateBefore
    api.keyCriticalBefore = policy.criticalBefore
    let isUsable = scope.read(KeyTable.api, into: &api, &problems)
    if let environmentURL { override(&api.url, by: environmentURL) }
    let required = KeyTable.api.filter { $0.name != "url" || environmentURL == nil }
    require(
      required, in: scope,
      #"write [api] with url = \#(ServerURL.instance.example) and token = \#(SourceSyntax.example)"#
    )
    if let position = scope.position(of: "connect_timeout") {
      if isUsable, api.connectTimeout > api.timeout {
        problems.error(
          "api.connect_timeout (\(api.connectTimeout)) must not be longer than api.timeout "
            + "(\(api.timeout))", at: position)
      }
    } else {
      api.connectTimeout = min(api.connectTimeout, api.timeout)
    }
    return api
  }

  private mutating func override(_ url: inout String, by text: String) {
    do throws(ServerURL.Problem) {
      url = try ServerURL.instance.parse(text)
    } catch {
      let name = Configuration.urlVariable
      problems.error("\(name) \(error.message)", at: .whole("environment:\(name)"))
    }
  }

  private mutating func retry() -> RetryPolicy {
    let scope = scope("retry")
    var retry = RetryPolicy()
    let isUsable = scope.read(KeyTable.retry, into: &retry, &problems)
    guard isUsable, retry.initial > retry.max else { return retry }
    // One that is written alone takes the other's default along.
    switch (scope.position(of: "initial"), scope.position(of: "max")) {
    case (let initial?, _?):
      problems.error(
        "retry.initial (\(retry.initial)) must not be longer than retry.max (\(retry.max))",
        at: initial)
    case (nil, _): retry.initial = retry.max
    case (_, nil): retry.max = retry.initial
    }
    return retry
  }

  private mutating func alert() -> AlertSettings {
    let scope = scope("alert")
    var alert = AlertSettings()
    _ = scope.read(KeyTable.alert, into: &alert, &problems)
    for (name, inner) in scope.inner("webhook")?.innerScopes ?? [] {
      var webhook = AlertSettings.Webhook(name: name, url: .literal(""))
      _ = inner.read(KeyTable.webhook, into: &webhook, &problems)
      require(KeyTable.webhook, in: inner, "it says where alerts are posted")
      alert.webhooks.append(webhook)
    }
    for (name, inner) in scope.inner("command")?.innerScopes ?? [] {
      var command = AlertSettings.Command(name: name, argv: [])
      _ = inner.read(KeyTable.command, into: &command, &problems)
      require(KeyTable.command, in: inner, #"write argv = ["/usr/bin/…", …]"#)
      alert.commands.append(command)
    }
    alert.webhooks.sort { $0.name < $1.name }
    alert.commands.sort { $0.name < $1.name }
    return alert
  }

  private mutating func cluster() -> ClusterSettings? {
    guard let scope = root.inner("cluster") else { return nil }
    var cluster = ClusterSettings(key: Source(.file(path: "")))
    _ = scope.read(KeyTable.cluster, into: &cluster, &problems)
    require(
      KeyTable.cluster, in: scope,
      "a cluster has endpoints = [\(ServerURL.member.example)] and "
        + "key = { credential = \"cluster-key\" }")
    for (name, other) in [("cert_file", "key_file"), ("username", "password")] {
      requireBoth(name, other, in: scope)
      requireBoth(other, name, in: scope)
    }
    return cluster
  }

  private mutating func requireBoth(_ name: String, _ other: String, in scope: Scope) {
    guard isComplete, let entry = scope.table[name], scope.table[other] == nil else { return }
    problems.missing(
      other, in: scope.path, "\(scope.path.appending(name)) goes together with it",
      at: entry.position)
  }

  private mutating func credentials(_ policy: Policy) -> [CredentialSettings] {
    var check = CredentialCheck()
    var credentials: [CredentialSettings] = []
    for (name, scope) in root.inner("credential")?.innerScopes ?? [] {
      var credential = CredentialSettings(
        name: name, key: CredentialKey(connection: 0, id: 0), secrets: [], policy: policy)
      let isPolicyUsable = scope.read(KeyTable.policy, into: &credential.policy, &problems)
      let isUsable = scope.read(KeyTable.credential, into: &credential, &problems)
      require(
        KeyTable.credential, in: scope,
        "a credential has connection_id, id and one or more secrets.KEY")
      if isPolicyUsable {
        PolicyCheck.windows(&credential.policy, in: scope, &problems)
        PolicyCheck.expiration(credential, in: scope, defaults: defaults, &problems, &warnings)
      }
      if isUsable { check.compare(credential, in: scope, &problems, &warnings) }
      credentials.append(credential)
    }
    return credentials.sorted { $0.name < $1.name }
  }
}

extension Scope {
  fileprivate static func empty(_ name: String, at position: Position) -> Scope {
    Scope(path: .key(.root, name), table: Table(), position: position)
  }
}

extension Table.Entry {
  fileprivate var isEmptyTable: Bool {
    if case .table(let table) = node.value { table.entries.isEmpty } else { false }
  }
}
