import Foundation

/// A credential, in DX and in a drop-in.
struct Account {
  var name: String
  var connection = 123
  var id: Int
  /// What its source holds at first; nil: there is no such file.
  var value: String? = "value-1"
  /// DX's expiration date.
  var date: String?
  /// TOML of further keys of the simulator's credential.
  var inDX = ""
  /// TOML of further keys of the drop-in.
  var settings = ""

  /// Makes a credential whose date is far off unless another one is given.
  init(
    _ name: String = "jira-cloud", connection: Int = 123, id: Int = 456,
    value: String? = "value-1", date: String? = Day.farOff, inDX: String = "",
    settings: String = ""
  ) {
    self.name = name
    self.connection = connection
    self.id = id
    self.value = value
    self.date = date
    self.inDX = inDX
    self.settings = settings
  }
}

/// Days as DX writes them.
enum Day {
  /// Far beyond any window.
  static let farOff = after(days: 300)
  /// Inside the window of 14 days, and not critical.
  static let soon = after(days: 8)
  static let past = after(days: -3)

  static func after(days: Int) -> String {
    let date = Date(timeIntervalSinceNow: Double(days) * 86_400)
    return String(date.ISO8601Format().prefix(10))
  }
}

/// A rule of the simulator under which values that begin with `bad` are refused.
func refusal(
  _ error: String = "Invalid permissions", message: String = "The vendor refused it"
) -> String {
  """
  [[connection.credential.rule]]
  pattern = "bad*"
  error = "\(error)"
  display_message = "\(message)"
  raw_message = "403 Forbidden"
  """
}

/// Text as TOML quotes it.
func quoted(_ text: String) -> String {
  "\""
    + text.replacingOccurrences(of: "\\", with: "\\\\")
    .replacingOccurrences(of: "\"", with: "\\\"") + "\""
}

/// A simulator, a workplace configured for it, and nothing running yet.
struct Scene {
  let simulator: Simulator
  let place: Workplace
  private let dx: String

  /// Makes a scene.
  ///
  /// - Parameters:
  ///   - accounts: the credentials.
  ///   - others: credentials that DX has, and that are not configured.
  ///   - api: TOML of further keys of `api`.
  ///   - retry: TOML of keys of `retry`, whose steps are short without them.
  ///   - defaults: TOML of further keys of `defaults`.
  ///   - tables: TOML of further tables.
  /// - Throws: `Failure` if the simulator or a file of it cannot be made.
  init(
    _ accounts: [Account] = [Account()], others: [Account] = [], api: String = "",
    retry: String = "", defaults: String = "", tables: String = ""
  ) throws {
    dx = Self.simulated(accounts + others)
    simulator = try Simulator(dx)
    place = try Workplace()
    try place.put("dx-key-1\n", into: "key")
    try place.dropIn(
      "10-base",
      """
      api.url = "\(simulator.url)"
      api.token = { file = "\(place.source("key"))" }
      api.timeout = "30s"
      retry.initial = "20ms"
      retry.max = "80ms"
      defaults.settle = "20ms"
      """)
    // A later drop-in, whose values win.
    try place.dropIn(
      "15-test", "[api]\n\(api)\n[retry]\n\(retry)\n[defaults]\n\(defaults)\n\(tables)")
    for account in accounts {
      if let value = account.value { try place.put(value, into: account.name) }
      try configure(account)
    }
  }

  /// Writes the drop-in of a credential.
  func configure(_ account: Account) throws { try Self.configure(account, in: place) }

  /// Writes the drop-in of a credential in some place.
  static func configure(_ account: Account, in place: Workplace) throws {
    try place.dropIn(
      "20-" + account.name,
      """
      [credential.\(quoted(account.name))]
      connection_id = \(account.connection)
      id = \(account.id)
      secrets.api_token = { file = \(quoted(place.source(account.name))) }
      \(account.settings)
      """)
  }

  /// TOML for a simulator that has these credentials.
  static func simulated(_ accounts: [Account]) -> String {
    var toml = "key = \"dx-key-1\"\n"
    for (connection, members) in Dictionary(grouping: accounts, by: \.connection) {
      toml += "[[connection]]\nid = \(connection)\n"
      for account in members {
        toml += "[[connection.credential]]\nid = \(account.id)\n"
        if let date = account.date { toml += "expiration_date = \"\(date)\"\n" }
        toml += account.inDX + "\n"
      }
    }
    return toml
  }

  /// Starts a daemon, and waits until it is ready.
  func daemon(environment: [String: String] = [:], logLevel: String = "debug") throws -> Daemon {
    let daemon = try Daemon(place, environment: environment, logLevel: logLevel)
    if logLevel == "debug" { try daemon.event("started") }
    return daemon
  }

  /// Starts a daemon, and waits until each credential's first value was adopted and its date is known.
  func settledDaemon(_ names: String..., environment: [String: String] = [:]) throws -> Daemon {
    let daemon = try daemon(environment: environment)
    for name in names.isEmpty ? ["jira-cloud"] : names {
      try daemon.event("adopted", ["credential": name])
    }
    try simulator.wait(for: 1, .list)
    return daemon
  }

  /// The same DX, after it was stopped: at the same address, with nothing remembered.
  func restartedSimulator() throws -> Simulator {
    try Simulator(dx, port: simulator.port)
  }
}
