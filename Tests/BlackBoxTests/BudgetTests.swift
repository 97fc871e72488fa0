import Testing

/// How many requests there are, and how they share (contract, rules 7 and 12).
@Suite(.limited) struct BudgetTests {
  @Test func noMoreRequestsAMinuteThanAllowed() throws {
    let accounts = (1...20).map { Account("credential-\($0)", id: $0, date: Day.soon) }
    let scene = try Scene(accounts, api: "requests_per_minute = 8")
    let daemon = try scene.daemon()
    try scene.simulator.wait(for: 8)
    // A person's pass waits its turn as well; a dry one asks nothing of DX.
    #expect(try scene.place.run("rotate", "credential-1", "--dry-run").status == 0)
    try daemon.stop()
    #expect(try scene.simulator.requests().count == 8)
  }

  @Test func noMoreRequestsAtOnceThanAllowed() throws {
    let accounts = (1...6).map { Account("credential-\($0)", id: $0) }
    let scene = try Scene(accounts, api: "concurrency = 2")
    let daemon = try scene.settledDaemon("credential-1", "credential-6")
    try scene.simulator.fault(
      #"{"match":"update","times":2,"kind":"delay","ms":600000}"#)
    for account in accounts { try scene.place.put("value-2", into: account.name) }
    try scene.simulator.wait(for: 2, .update)
    #expect(try scene.place.run("rotate", "credential-1", "--dry-run").status == 0)
    #expect(try scene.simulator.requests(.update).count == 2)
    try daemon.crash()
  }

  @Test func aSlowAnswerHoldsNobodyElseUp() throws {
    let scene = try Scene([Account("slow", id: 1), Account("quick", id: 2)])
    let daemon = try scene.settledDaemon("slow", "quick")
    try scene.simulator.fault(
      #"{"match":"update","credential":1,"kind":"delay","ms":600000}"#)
    try scene.place.put("value-2", into: "slow")
    try scene.simulator.wait(for: 1, .update)
    try scene.place.put("value-2", into: "quick")
    try daemon.event("rotated", ["credential": "quick"])
    try daemon.crash()
  }

  @Test func aRequestThatTakesTooLongIsGivenUpAndTriedAgain() throws {
    let scene = try Scene(api: "timeout = \"500ms\"\nconnect_timeout = \"500ms\"")
    let daemon = try scene.settledDaemon()
    try scene.simulator.fault(#"{"match":"update","times":2,"kind":"delay","ms":600000}"#)
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotation_failed", ["reason": "unreachable"], number: 2)
    try daemon.event("rotated")
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 3)
  }

  @Test func listsAreReadOncePerConnectionAndInterval() throws {
    let accounts = (1...5).map { Account("credential-\($0)", id: $0) }
    let scene = try Scene(accounts)
    let daemon = try scene.settledDaemon("credential-1", "credential-5")
    for account in accounts { try scene.place.put("value-2", into: account.name) }
    for account in accounts { try daemon.event("rotated", ["credential": account.name]) }
    try daemon.stop()
    // One at the start, and one for all pushes of the moment, or a few where they took longer.
    #expect((1...6).contains(try scene.simulator.requests(.list).count))
  }

  @Test func withDatesOfTheirOwnNoPushIsFollowedByAList() throws {
    let scene = try Scene([Account(settings: "expires_at = \(Day.farOff)")])
    let daemon = try scene.settledDaemon()
    for number in 2...4 {
      try scene.place.put("value-\(number)", into: "jira-cloud")
      try daemon.event("rotated", number: number - 1)
    }
    #expect(try scene.place.run("rotate", "jira-cloud", "--dry-run").status == 0)
    try daemon.stop()
    #expect(try scene.simulator.requests(.list).count == 1)
  }
}
