import Testing

/// Windows and dates (contract, rules 2 to 5).
@Suite(.limited) struct ExpirationTests {
  struct Status: Decodable {
    struct Credential: Decodable {
      struct Alert: Decodable {
        var event: String
        var severity: String
      }
      var state: String
      var needs_attention: Bool
      var expires_at: String?
      var alert: Alert?
    }
    var credentials: [Credential]
  }

  private func credential(_ scene: Scene) throws -> Status.Credential {
    let status: Status = try scene.place.run("status", "--json").json()
    return try #require(status.credentials.first)
  }

  @Test func afterAFirstValueUnderAnUnmovedDateASecretIsAwaited() throws {
    let scene = try Scene([Account(date: Day.soon)])
    let daemon = try scene.daemon()
    try daemon.event("rotated", ["reason": "first_in_window"])
    let alert = try daemon.event("awaiting_secret")
    #expect(alert["reason"] == "date_unmoved")
    #expect(alert["expires_at"] == Day.soon + "T00:00:00Z")
    #expect(alert.priority == 4)
    let seen = try credential(scene)
    #expect(seen.state == "awaiting_secret")
    #expect(seen.needs_attention)
    #expect(seen.alert?.event == "awaiting_secret")
    #expect(seen.alert?.severity == "warning")
    #expect(try scene.place.run("status").status == 1)
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func afterAFreshValueTheSameDateIsSilent() throws {
    let scene = try Scene(api: "poll_interval = \"200ms\"")
    let daemon = try scene.settledDaemon()
    // The first value is adopted; the window opens because the date moves in, and then a fresh value comes.
    try scene.simulator.change(123, 456, #"{"expiration_date":"\#(Day.soon)"}"#)
    try daemon.event("rotated", ["reason": "first_in_window"])
    try daemon.event("awaiting_secret")
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotated", ["reason": "changed"])
    let said = try daemon.event("expiration_unknown")
    #expect(said["reason"] == "date_unmoved")
    let lists = try scene.simulator.requests(.list).count
    try scene.simulator.wait(for: lists + 3, .list)
    let seen = try credential(scene)
    #expect(seen.state == "watching")
    #expect(seen.alert == nil)
    #expect(try scene.place.run("status").status == 0)
    // Once the date moves it counts again.
    try scene.simulator.change(123, 456, #"{"expiration_date":"\#(Day.after(days: 2))"}"#)
    let before = try scene.simulator.requests(.list).count
    try scene.simulator.wait(for: before + 3, .list)
    #expect(try credential(scene).expires_at == Day.after(days: 2) + "T00:00:00Z")
    let log = try daemon.stop()
    #expect(log.of("expiration_unknown").count == 1)
    #expect(try scene.simulator.requests(.update).count == 2)
  }

  @Test func anAlertEndsWithAFreshValueAndItsNewDate() throws {
    let scene = try Scene([Account(date: Day.soon)])
    let daemon = try scene.daemon()
    try daemon.event("awaiting_secret")
    try scene.simulator.change(123, 456, #"{"moves_to":"\#(Day.farOff)"}"#)
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotated", ["reason": "changed"])
    #expect(try scene.place.run("rotate", "jira-cloud").status == 0)
    try daemon.stop()
    #expect(try scene.place.run("status", "--json").output.contains("\"alert\" : null"))
  }

  @Test func aDateInThePastIsExpired() throws {
    let scene = try Scene([Account(settings: "expires_at = \(Day.past)")])
    let daemon = try scene.daemon()
    try daemon.event("rotated")
    let alert = try daemon.event("expired")
    #expect(alert.priority == 2)
    try daemon.stop()
    #expect(try credential(scene).alert?.severity == "critical")
  }

  @Test func withoutADateThatIsSaidOnce() throws {
    let scene = try Scene([Account(date: nil)], api: "poll_interval = \"200ms\"")
    let daemon = try scene.settledDaemon()
    try daemon.event("expiration_unknown", ["reason": "no_date"])
    try scene.simulator.wait(for: 4, .list)
    try daemon.stop()
    let again = try scene.daemon()
    #expect(try scene.place.run("rotate", "jira-cloud", "--dry-run").status == 0)
    let log = try again.stop()
    #expect(log.of("expiration_unknown").isEmpty)
  }

  @Test func maxAgeOpensAWindowWhereThereIsNoDate() throws {
    let scene = try Scene([Account(date: nil, settings: "max_age = \"1s\"")])
    let daemon = try scene.settledDaemon()
    try daemon.event("rotated", ["reason": "first_in_window"])
    try daemon.event("awaiting_secret")
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func aDisabledAndADeletedCredentialAreSaid() throws {
    let scene = try Scene(
      [Account(), Account("gone", id: 457)], api: "poll_interval = \"200ms\"")
    let daemon = try scene.settledDaemon("jira-cloud", "gone")
    try scene.simulator.change(123, 456, #"{"disabled_at":"2026-03-01T00:00:00.000Z"}"#)
    try scene.simulator.change(123, 457, #"{"deleted_at":"2026-03-01T00:00:00.000Z"}"#)
    try daemon.event("credential_disabled", ["credential": "jira-cloud"])
    try daemon.event("credential_missing", ["credential": "gone"])
    let status = try scene.place.run("status", "--json")
    #expect(status.status == 1)
    #expect(status.output.contains("\"disabled_in_dx_at\" : \"2026-03-01T00:00:00Z\""))
    try scene.simulator.change(123, 456, #"{"disabled_at":null}"#)
    try scene.simulator.change(123, 457, #"{"deleted_at":null}"#)
    try daemon.event("credential_disabled", ["credential": "jira-cloud", "reason": "resolved"])
    try daemon.event("credential_missing", ["credential": "gone", "reason": "resolved"])
    #expect(try scene.place.run("status").status == 0)
    try daemon.stop()
  }
}
