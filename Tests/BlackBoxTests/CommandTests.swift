import Foundation
import Testing

/// `check`, `plan` and `history` (contract, section 1).
@Suite(.limited) struct CommandTests {
  // MARK: check

  @Test func checkReportsEveryProblemAtOnceAndSendsNothing() throws {
    let scene = try Scene([
      Account("fine", id: 1), Account("gone", id: 2, value: nil),
      Account("empty", id: 3, value: ""),
    ])
    try scene.place.removeSource("key")
    let check = try scene.place.run("check")
    #expect(check.status == 66)
    for name in ["api.token", "gone", "empty"] {
      #expect(check.errors.contains("\(name): error:"), "\(check)")
    }
    #expect(!check.errors.contains("fine"))
    #expect(try scene.place.run("check", "--config-only").status == 0)
    #expect(try scene.simulator.requests().isEmpty)
  }

  @Test func checkReadsWhatAlertsAndTLSNeedToo() throws {
    let scene = try Scene(
      api: #"ca_file = "/nowhere/ca.pem""#,
      tables: """
        [alert.webhook.chat]
        url = { file = "/nowhere/url" }
        headers.Authorization = { file = "/nowhere/header" }
        """)
    let check = try scene.place.run("check")
    #expect(check.status == 66)
    for name in [
      "api.ca_file", "alert.webhook.chat.url", "alert.webhook.chat.headers.Authorization",
    ] {
      #expect(check.errors.contains("\(name): error: file /nowhere/"), "\(check)")
    }
  }

  @Test func checkWarnsOfASharedSource() throws {
    let scene = try Scene([Account("a", id: 1), Account("b", id: 2)])
    try scene.place.dropIn(
      "30-shared", "credential.b.secrets.api_token = { file = \"\(scene.place.source("a"))\" }")
    let check = try scene.place.run("check")
    #expect(check.status == 0)
    #expect(check.errors.contains("30-shared.toml:1:"))
    #expect(check.errors.contains("Duplicate secrets"))
  }

  @Test(arguments: [true, false]) func checkOnlineAsksForEveryConnection(withDaemon: Bool) throws {
    let scene = try Scene([
      Account("a", connection: 1, id: 10), Account("b", connection: 2, id: 20, date: Day.soon),
    ])
    let daemon = withDaemon ? try scene.settledDaemon("a") : nil
    if let daemon { try daemon.event("rotated", ["credential": "b"]) }
    let fine = try scene.place.run("check", "--online")
    #expect(fine.status == 0, "\(fine)")
    #expect(fine.output.contains("connection 1: the API key is accepted"))
    #expect(fine.output.contains("expires \(Day.soon)"))
    try scene.simulator.change(2, 20, #"{"exists":false}"#)
    let missing = try scene.place.run("check", "--online")
    #expect(missing.status == 78)
    #expect(missing.errors.contains("b (20): DX does not list it"))
    try daemon?.stop()
    #expect(try scene.simulator.requests(.update).count == (withDaemon ? 1 : 0))
    try scene.simulator.stop()
    #expect(try scene.place.run("check", "--online").status == 69)
  }

  /// A connection that does not answer is named while it is waited for, and takes no other's verdict away.
  @Test(arguments: [true, false]) func checkOnlineSaysWhatItWaitsFor(withDaemon: Bool) throws {
    let scene = try Scene(
      [Account("a", connection: 1, id: 10), Account("b", connection: 2, id: 20)],
      api: "timeout = \"5s\"")
    let daemon = withDaemon ? try scene.settledDaemon("a", "b") : nil
    if withDaemon { try scene.simulator.wait(for: 2, .list) }
    try scene.simulator.fault(
      #"{"match":"list","connection":2,"times":0,"kind":"delay","ms":60000}"#)
    let check = try scene.place.run("check", "--online")
    #expect(check.status == 69, "\(check)")
    #expect(check.errors.contains("1 of 2 answered; waiting for connection 2"))
    #expect(check.errors.contains("connection 2: error: DX could not be reached"))
    #expect(check.errors.contains("  b (20): not known"))
    #expect(check.output.contains("connection 1: the API key is accepted"))
    #expect(check.output.contains("  a (10): expires \(Day.farOff)"))
    try daemon?.crash()
  }

  // MARK: plan

  private struct Row: Decodable {
    var name: String
    var connection_id: Int
    var id: Int
    var action: String
    var message: String
    var at: String?
    var status: Int
  }

  @Test(arguments: [true, false]) func planSaysWhatWouldBeSentWhenAndWhy(withDaemon: Bool) throws {
    let scene = try Scene([
      Account("due", id: 1, date: nil, settings: "expires_at = \(Day.soon)"),
      Account("far", id: 2, date: nil, settings: "expires_at = \(Day.farOff)"),
      Account("gone", id: 3, value: nil),
    ])
    let daemon = withDaemon ? try scene.daemon() : nil
    if let daemon {
      try daemon.event("rotated", ["credential": "due"])
      try daemon.event("adopted", ["credential": "far"])
      try daemon.event("source_unavailable", ["credential": "gone"])
    }
    let result = try scene.place.run("plan", "--json")
    let rows: [Row] = try result.json()
    #expect(Set(rows.map(\.name)) == ["due", "far", "gone"])
    let far = try #require(rows.first { $0.name == "far" })
    if withDaemon {
      // Adopted: DX had none from here, so it is sent when the window opens.
      #expect(far.action == "send")
      #expect(far.at?.hasPrefix(Day.after(days: 300 - 14)) == true)
    } else {
      #expect(far.action == "adopt")
      #expect(far.message.contains(Day.farOff))
      #expect(rows.first { $0.name == "due" }?.action == "send")
    }
    #expect(rows.first { $0.name == "gone" }?.status == 66)
    #expect(result.status == 66)
    #expect(try scene.place.run("plan", "far").status == 0)
    try daemon?.stop()
    #expect(try scene.simulator.requests(.update).count == (withDaemon ? 1 : 0))
  }

  @Test func planOfANameThatNobodyHasIs64() throws {
    let scene = try Scene()
    #expect(try scene.place.run("plan", "nobody").status == 64)
  }

  // MARK: history

  private struct Entry: Decodable {
    var name: String
    var connection_id: Int
    var id: Int
    var at: String
    var reason: String
    var attempt: Int
    var outcome: String?
    var duration_ms: Int?
  }

  @Test func historyIsNewestFirstAndLimited() throws {
    let scene = try Scene([Account(inDX: refusal()), Account("other", id: 457, date: Day.soon)])
    let daemon = try scene.settledDaemon()
    try daemon.event("rotated", ["credential": "other"])
    try scene.place.put("bad-1", into: "jira-cloud")
    try daemon.event("rotation_held")
    try scene.place.put("good-1", into: "jira-cloud")
    try daemon.event("rotated", ["credential": "jira-cloud"])
    try daemon.stop()
    let all: [Entry] = try scene.place.run("history", "--json").json()
    #expect(
      all.map(\.outcome) == [
        "accepted", "verification", "verification", "verification", "accepted",
      ])
    #expect(all.map(\.attempt) == [1, 3, 2, 1, 1])
    #expect(all.map(\.name).last == "other")
    #expect(all.first?.reason == "changed")
    let times = try all.map { try Instant($0.at) }
    #expect(times == times.sorted(by: >))
    let limited: [Entry] = try scene.place.run("history", "--json", "--limit", "2").json()
    #expect(limited.map(\.outcome) == ["accepted", "verification"])
    let named: [Entry] = try scene.place.run("history", "other", "--json").json()
    #expect(named.map(\.name) == ["other"])
    let text = try scene.place.run("history", "--limit", "1")
    #expect(text.status == 0)
    #expect(text.output.split(separator: "\n").count == 2)
    #expect(try scene.place.run("history", "nobody").status == 64)
  }

  @Test func historyBeforeTheFirstStartIsEmpty() throws {
    let scene = try Scene()
    #expect(try scene.place.run("history").status == 0)
    let entries: [Entry] = try scene.place.run("history", "--json").json()
    #expect(entries.isEmpty)
  }

  // MARK: The rest

  @Test func helpAndVersionAreThere() throws {
    for words in [["--help"], ["help", "rotate"], ["--version"], ["run", "--help"]] {
      let result = try ChildProcess(Program.rotated.path, words).result()
      #expect(result.status == 0)
      #expect(!result.output.isEmpty)
    }
  }

  @Test func logLevelsLeaveOutWhatIsLessUrgent() throws {
    let scene = try Scene([Account(date: Day.soon)])
    let daemon = try scene.daemon(logLevel: "warning")
    try daemon.event("awaiting_secret")
    let log = try daemon.stop()
    #expect(log.allSatisfy { $0.priority <= 4 })
  }
}
