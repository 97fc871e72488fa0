import Testing

/// What a crash or a restart costs (contract, rule 11).
@Suite(.limited) struct CrashTests {
  struct Entry: Decodable {
    var name: String
    var outcome: String?
    var attempt: Int
    var reason: String
  }

  /// `hold`: whether DX had taken the value when the daemon was killed.
  @Test(arguments: [true, false])
  func killedBeforeTheAnswerItSendsOnceMoreAndSaysSo(hold: Bool) throws {
    let scene = try Scene()
    let killed = try scene.settledDaemon()
    try scene.simulator.fault(#"{"match":"update","kind":"delay","ms":60000,"hold":\#(hold)}"#)
    try scene.place.put("value-2", into: "jira-cloud")
    try scene.simulator.wait(for: 1, .update)
    try killed.crash()

    let daemon = try scene.daemon()
    try daemon.event("interrupted", ["credential": "jira-cloud"])
    try daemon.event("rotated", ["reason": "interrupted"])
    try daemon.stop()
    #expect(
      try scene.simulator.requests(.update).map(\.body)
        == Array(repeating: #"{"id":456,"secrets":{"api_token":"value-2"}}"#, count: 2))
    let history: [Entry] = try scene.place.run("history", "--json").json()
    #expect(history.map(\.outcome) == ["accepted", "interrupted"])
    #expect(history.map(\.attempt) == [2, 1])

    let again = try scene.daemon()
    #expect(try scene.place.run("rotate", "jira-cloud", "--dry-run").status == 0)
    let log = try again.stop()
    #expect(log.of("interrupted").isEmpty)
    #expect(try scene.simulator.requests(.update).count == 2)
  }

  @Test func interruptedAttemptsCountSoThatACrashingDaemonDoesNotHammer() throws {
    let scene = try Scene(retry: "verification_attempts = 2\nhold = \"never\"")
    try scene.simulator.fault(
      #"{"match":"update","times":0,"kind":"delay","ms":60000,"hold":true}"#)
    let first = try scene.settledDaemon()
    try scene.place.put("value-2", into: "jira-cloud")
    try scene.simulator.wait(for: 1, .update)
    try first.crash()
    let second = try scene.daemon()
    try scene.simulator.wait(for: 2, .update)
    try second.crash()
    let third = try scene.daemon()
    try third.event("rotation_held")
    try third.stop()
    #expect(try scene.simulator.requests(.update).count == 2)
  }

  @Test func aRestartSendsNothingTwice() throws {
    let scene = try Scene([Account(), Account("due", id: 457, date: Day.soon)])
    let first = try scene.settledDaemon("jira-cloud")
    try first.event("rotated", ["credential": "due"])
    try scene.place.put("value-2", into: "jira-cloud")
    try first.event("rotated", ["credential": "jira-cloud"])
    try first.stop()
    for _ in 1...2 {
      let again = try scene.daemon()
      #expect(try scene.place.run("rotate", "jira-cloud", "due").status == 0)
      let log = try again.stop()
      #expect(log.of("adopted").isEmpty)
    }
    #expect(try scene.simulator.requests(.update).count == 2)
  }

  @Test func aChangeWhileTheDaemonWasDownIsSentAtTheStart() throws {
    let scene = try Scene()
    try scene.settledDaemon().stop()
    try scene.place.put("value-2", into: "jira-cloud")
    let daemon = try scene.daemon()
    try daemon.event("rotated", ["reason": "changed"])
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func aHeldValueStaysHeldAndItsAlertIsNotRaisedAgain() throws {
    let scene = try Scene([Account(inDX: refusal())], retry: "verification_attempts = 2")
    let first = try scene.settledDaemon()
    try scene.place.put("bad-1", into: "jira-cloud")
    try first.event("rotation_held")
    try first.stop()
    let again = try scene.daemon()
    #expect(try scene.place.run("rotate", "jira-cloud", "--dry-run").status == 0)
    let log = try again.stop()
    #expect(log.of("rotation_held").isEmpty)
    #expect(try scene.simulator.requests(.update).count == 2)
    #expect(try scene.place.run("status").status == 1)
  }
}
