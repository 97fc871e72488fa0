import Testing

/// The API key, which can be refused and replaced like any other (contract, rule 8).
@Suite(.limited) struct APIKeyTests {
  @Test func aRefusedKeyIsOneAlertAndItsReplacementSetsEverythingGoing() throws {
    let accounts = (1...5).map { Account("credential-\($0)", id: $0, date: Day.soon) }
    let scene = try Scene(accounts)
    try scene.simulator.accept(key: "dx-key-2")
    let daemon = try scene.daemon()
    let alert = try daemon.event("api_unauthorized")
    #expect(alert["msg"]?.contains("5 credentials") == true)
    #expect(alert["credential"] == nil)
    #expect(try scene.place.run("rotate", "credential-1").status == 77)
    #expect(try scene.place.run("check", "--online").status == 77)
    try scene.place.put("dx-key-2\n", into: "key")
    try daemon.event("api_recovered")
    for account in accounts { try daemon.event("rotated", ["credential": account.name]) }
    let log = try daemon.stop()
    #expect(log.of("api_unauthorized").count == 1)
    #expect(log.of("rotation_held").isEmpty)
    #expect(try scene.simulator.requests(.update).filter { $0.status == 200 }.count == 5)
  }

  @Test func whileTheKeyIsRefusedOnlyListsProbeIt() throws {
    let scene = try Scene([Account(), Account("other", id: 457)])
    let daemon = try scene.settledDaemon("jira-cloud", "other")
    try scene.simulator.accept(key: "dx-key-2")
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("api_unauthorized")
    let before = try scene.simulator.requests(.list).count
    try scene.place.put("value-2", into: "other")
    try scene.simulator.wait(for: before + 5, .list)
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func aKeyThatDXTakesAgainIsFoundByTheProbe() throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    try scene.simulator.accept(key: "dx-key-2")
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("api_unauthorized")
    try scene.simulator.accept(key: "dx-key-1")
    try daemon.event("api_recovered")
    try daemon.event("rotated")
    try daemon.stop()
  }

  @Test func aMissingKeyIsSaidAndReadAgain() throws {
    let scene = try Scene([Account(date: Day.soon)])
    try scene.place.removeSource("key")
    let daemon = try scene.daemon()
    let said = try daemon.event("source_unavailable")
    #expect(said["credential"] == nil)
    #expect(said["msg"]?.contains("API key") == true)
    try scene.place.put("dx-key-1", into: "key")
    try daemon.event("source_recovered")
    try daemon.event("rotated")
    try daemon.stop()
  }

  @Test func theDateOfTheKeyItselfIsWatched() throws {
    let scene = try Scene(api: "token_expires_at = \(Day.soon)")
    let daemon = try scene.settledDaemon()
    let alert = try daemon.event("key_expiring")
    #expect(alert.priority == 4)
    #expect(try scene.place.run("status").status == 1)
    try daemon.stop()
  }

  @Test func theDateOfTheKeyIsShownWhereItComesFromASource() throws {
    let scene = try Scene()
    try scene.place.put(Day.soon, into: "key-date")
    try scene.place.dropIn(
      "16-key", "api.token_expires_at = { file = \(quoted(scene.place.source("key-date"))) }")
    let daemon = try scene.settledDaemon()
    try daemon.event("key_expiring")
    let status = try scene.place.run("status")
    #expect(status.output.contains("the API key expires \(Day.soon)"), "\(status.output)")
    try daemon.stop()
  }
}
