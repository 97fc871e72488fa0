import Foundation
import Testing

/// `status` (contract, sections 1 and 7).
@Suite(.limited) struct StatusTests {
  /// A JSON object whose members are looked at by name.
  private typealias Object = [String: Value]

  /// Any JSON, so that null and what is left out can be told apart.
  private enum Value: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case array([Value])
    case object([String: Value])

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if value.decodeNil() {
        self = .null
      } else if let bool = try? value.decode(Bool.self) {
        self = .bool(bool)
      } else if let number = try? value.decode(Double.self) {
        self = .number(number)
      } else if let text = try? value.decode(String.self) {
        self = .text(text)
      } else if let array = try? value.decode([Value].self) {
        self = .array(array)
      } else {
        self = .object(try value.decode([String: Value].self))
      }
    }

    var object: Object? { if case .object(let object) = self { object } else { nil } }
    var array: [Value]? { if case .array(let array) = self { array } else { nil } }
    var text: String? { if case .text(let text) = self { text } else { nil } }
  }

  private static let credentialKeys: Set = [
    "name", "connection_id", "id", "state", "needs_attention", "expires_at", "expires_from",
    "window_opens_at", "last_accepted_at", "attempts", "next_action_at", "disabled_in_dx_at",
    "last_error", "alert",
  ]

  private func report(_ scene: Scene, _ names: String...) throws -> Object {
    let result = try ChildProcess(
      Program.rotated.path, ["status", "--json"] + scene.place.options + names
    ).result()
    return try result.json()
  }

  private func credential(_ report: Object, _ name: String) throws -> Object {
    let found = report["credentials"]?.array?.compactMap(\.object)
      .first { $0["name"] == .text(name) }
    return try #require(found)
  }

  @Test func beforeTheFirstStartEverythingIsUnknown() throws {
    let scene = try Scene()
    let result = try scene.place.run("status")
    #expect(result.status == 1)
    #expect(result.output.contains("does not run"))
    let report = try report(scene)
    #expect(Set(report.keys) == ["version", "daemon", "credentials", "alerts"])
    #expect(
      report["daemon"]?.object == [
        "running": .bool(false), "pid": .null, "since": .null, "next_wake_at": .null,
      ])
    #expect(report["alerts"] == .array([]))
    let seen = try credential(report, "jira-cloud")
    #expect(
      seen == [
        "name": .text("jira-cloud"), "connection_id": .number(123), "id": .number(456),
        "state": .text("unknown"), "needs_attention": .bool(false), "expires_at": .null,
        "expires_from": .null, "window_opens_at": .null, "last_accepted_at": .null,
        "attempts": .number(0), "next_action_at": .null, "disabled_in_dx_at": .null,
        "last_error": .null, "alert": .null,
      ])
  }

  @Test func aHealthyCredentialIsShownWithItsDatesAndTheExitStatusIs0() throws {
    let scene = try Scene([Account(), Account("off", id: 457, settings: "enabled = false")])
    let daemon = try scene.settledDaemon()
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotated")
    #expect(try scene.place.run("rotate", "jira-cloud").status == 0)
    let result = try scene.place.run("status")
    #expect(result.status == 0, "\(result)")
    let report = try report(scene)
    let part = try #require(report["daemon"]?.object)
    #expect(part["running"] == .bool(true))
    #expect(part["pid"] == .number(Double(daemon.process.identifier)))
    let since = try Instant(try #require(part["since"]?.text))
    // DX's dates are read again within the hour, long before anything is to be rotated.
    let wake = try Instant(try #require(part["next_wake_at"]?.text))
    #expect(since < wake && wake < since + 3700)
    let seen = try credential(report, "jira-cloud")
    #expect(Set(seen.keys) == Self.credentialKeys)
    #expect(seen["state"] == .text("watching"))
    #expect(seen["expires_at"] == .text(Day.farOff + "T00:00:00Z"))
    #expect(seen["expires_from"] == .text("dx"))
    _ = try Instant(try #require(seen["window_opens_at"]?.text))
    _ = try Instant(try #require(seen["last_accepted_at"]?.text))
    #expect(seen["needs_attention"] == .bool(false))
    #expect(seen["last_error"] == .null)
    #expect(try credential(report, "off")["state"] == .text("disabled"))
    try daemon.stop()
    #expect(try scene.place.run("status").status == 1)
  }

  @Test func aHeldCredentialIsShownWithWhatDXSaidAndTheExitStatusIs1() throws {
    let scene = try Scene([Account(inDX: refusal()), Account("fine", id: 457)])
    let daemon = try scene.settledDaemon("jira-cloud", "fine")
    try scene.place.put("bad-1", into: "jira-cloud")
    try daemon.event("rotation_held")
    #expect(try scene.place.run("status").status == 1)
    #expect(try scene.place.run("status", "fine").status == 0)
    let report = try report(scene, "jira-cloud")
    #expect(report["credentials"]?.array?.count == 1)
    let seen = try credential(report, "jira-cloud")
    #expect(seen["state"] == .text("held"))
    #expect(seen["needs_attention"] == .bool(true))
    #expect(seen["attempts"] == .number(3))
    var error = try #require(seen["last_error"]?.object)
    _ = try Instant(try #require(error.removeValue(forKey: "at")?.text))
    #expect(
      error == [
        "kind": .text("verification"), "error": .text("Invalid permissions"),
        "display_message": .text("The vendor refused it"), "raw_message": .text("403 Forbidden"),
        "http_status": .number(422),
      ])
    var alert = try #require(seen["alert"]?.object)
    _ = try Instant(try #require(alert.removeValue(forKey: "since")?.text))
    #expect(alert == ["event": .text("rotation_held"), "severity": .text("warning")])
    try daemon.stop()
  }

  @Test func anAlertOfTheInstanceIsShownBesideTheCredentials() throws {
    let scene = try Scene()
    try scene.simulator.accept(key: "dx-key-2")
    let daemon = try scene.daemon()
    try daemon.event("api_unauthorized")
    let report = try report(scene)
    let alert = try #require(report["alerts"]?.array?.first?.object)
    #expect(Set(alert.keys) == ["event", "severity", "since"])
    #expect(alert["event"] == .text("api_unauthorized"))
    #expect(alert["severity"] == .text("critical"))
    #expect(try scene.place.run("status").status == 1)
    try daemon.stop()
  }

  @Test func aNameThatNobodyHasIs64() throws {
    let scene = try Scene()
    let result = try scene.place.run("status", "nobody")
    #expect(result.status == 64)
    #expect(result.errors.contains("jira-cloud"))
  }

  /// A pipe gets no colour and no cut lines, a terminal both, and `NO_COLOR` no colour there either.
  @Test(arguments: [true, false]) func colourIsForTerminalsOnly(noColor: Bool) throws {
    let name = "a-credential-whose-name-is-longer-than-others-are"
    let scene = try Scene([Account(name, inDX: refusal())])
    let daemon = try scene.settledDaemon(name)
    try scene.place.put("bad-1", into: name)
    try daemon.event("rotation_held")
    let piped = try scene.place.run("status").output
    #expect(!piped.contains("\u{1B}"))
    #expect(piped.contains(name))
    let terminal = try scene.place.onTerminal("status", colour: !noColor)
    #expect(terminal.status == 1)
    #expect(terminal.lines.contains { $0.contains("\u{1B}[") } == !noColor)
    try daemon.stop()
  }

  /// The daemon goes on with the configuration before, so what it does is shown, beside what is wrong.
  @Test func anInvalidConfigurationTakesNoViewAway() throws {
    let scene = try Scene([
      Account(inDX: refusal()), Account("fine", id: 457), Account("gone", id: 458),
    ])
    let daemon = try scene.settledDaemon("jira-cloud", "fine", "gone")
    try scene.place.removeDropIn("20-gone")
    daemon.reload()
    try daemon.event("config_loaded", number: 2)
    try scene.place.put("bad-1", into: "jira-cloud")
    try daemon.event("rotation_held")
    try scene.place.dropIn("30-broken", "[credential.fine]\nconection_id = 3")
    daemon.reload()
    try daemon.event("config_rejected")
    for isRunning in [true, false] {
      if !isRunning { try daemon.stop() }
      let page = try scene.place.run("status")
      #expect(page.status == 78)
      #expect(page.errors.contains("30-broken.toml:2:1: error: unknown key"))
      #expect(page.output.contains("jira-cloud  held"), "\(page)")
      #expect(page.output.contains("The vendor refused it"))
      #expect(page.output.contains("2 credentials, 1 needs a person"))
      let seen = try report(scene)
      let names = seen["credentials"]?.array?.compactMap { $0.object?["name"]?.text }
      #expect(names == ["fine", "jira-cloud"])
      #expect(seen["daemon"]?.object?["running"] == .bool(isRunning))
      #expect(try credential(seen, "jira-cloud")["state"] == .text("held"))
      #expect(try scene.place.run("status", "fine").output.contains("1 credential, none"))
      #expect(try scene.place.run("status", "nobody").status == 78)
      let history = try scene.place.run("history", "jira-cloud")
      #expect(history.status == 78)
      #expect(history.output.contains("verification"))
    }
  }

  /// A state directory that nobody wrote to yet has nothing to show.
  @Test func anInvalidConfigurationBeforeTheFirstStartIsSaidAlone() throws {
    let scene = try Scene()
    try scene.place.dropIn("30-broken", "nonsense = 1")
    let result = try scene.place.run("status")
    #expect(result.status == 78)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("30-broken.toml:1:1"))
  }

  @Test func theDateOfAnExpiringKeyIsShown() throws {
    let scene = try Scene(api: "token_expires_at = \(Day.soon)")
    let daemon = try scene.daemon()
    try daemon.event("key_expiring")
    let page = try scene.place.run("status")
    #expect(page.status == 1)
    #expect(page.output.contains("the API key expires \(Day.soon)T00:00:00Z"), "\(page)")
    try daemon.stop()
  }
}
