import Foundation
import Testing

/// Answers that are not DX's, throttling and outages (contract, rules 6, 7 and 12).
@Suite(.limited) struct UnreachableTests {
  @Test(arguments: [
    #""kind":"status","status":500"#, #""kind":"status","status":503"#,
    #""kind":"status","status":200"#, #""kind":"empty""#, #""kind":"truncated""#,
    #""kind":"malformed""#, #""kind":"huge","bytes":20000000"#, #""kind":"nested","depth":200000"#,
    #""kind":"wrong_id""#, #""kind":"ok_true_500""#, #""kind":"reset""#,
    #""kind":"redirect","location":"/api/connections/123/credentials.update""#,
    #""kind":"redirect","status":307,"location":"/api/connections/123/credentials.update""#,
    #""kind":"raw","body":"null""#, #""kind":"raw","body":"[]""#,
    #""kind":"raw","body":"{\"ok\":\"true\",\"credential\":{\"id\":456}}""#,
    #""kind":"raw","status":204,"body":"""#,
    #""kind":"raw","body":"{\"ok\":false}""#,
  ])
  func whatIsNotDXsAnswerIsTriedAgainWithoutLimit(fault: String) throws {
    let scene = try Scene([
      Account(), Account("other", id: 457),
    ])
    let daemon = try scene.settledDaemon("jira-cloud", "other")
    try scene.simulator.fault(#"{"match":"update","credential":456,"times":0,\#(fault)}"#)
    try scene.place.put("value-2", into: "jira-cloud")
    // More often than a refused value would be, and never held.
    let failed = try daemon.event("rotation_failed", number: 5)
    #expect(failed["reason"] == "unreachable")
    #expect(failed["next_attempt_at"] != nil)
    try scene.place.put("value-2", into: "other")
    try daemon.event("rotated", ["credential": "other"])
    try scene.simulator.clearFaults()
    try daemon.event("rotated", ["credential": "jira-cloud"])
    let log = try daemon.stop()
    #expect(log.of("rotation_held").isEmpty)
    #expect(log.of("rotation_failed").allSatisfy { $0["credential"] == "jira-cloud" })
    let requests = try scene.simulator.requests(.update)
    // A redirect that was followed would be a request more than the attempts that were logged.
    #expect(requests.count == log.of("rotation_failed").count + 2)
    #expect(
      try scene.simulator.requests().allSatisfy { $0.path.hasPrefix("/api/connections/123/") })
  }

  /// The waits that DX asks for are read in the log, not waited for.
  @Test func retryAfterIsObeyed() throws {
    let scene = try Scene([Account(), Account("other", id: 457)])
    let daemon = try scene.settledDaemon("jira-cloud", "other")
    try scene.simulator.fault(#"{"match":"update","kind":"throttle","retry_after":"600"}"#)
    try scene.place.put("value-2", into: "jira-cloud")
    let failed = try daemon.event("rotation_failed", ["reason": "throttled"])
    #expect(failed["http_status"] == "429")
    struct Entry: Decodable {
      var at: String
    }
    let history: [Entry] = try scene.place.run("history", "--json").json()
    let sent = try Instant(try #require(history.first).at)
    #expect(try Instant(try #require(failed["next_attempt_at"])) - sent >= 600)
    // It holds for every request, and a person who insists is told.
    try scene.place.put("value-2", into: "other")
    #expect(try scene.place.run("rotate", "other").status == 75)
    struct Report: Decodable {
      var credentials: [Credential]
      struct Credential: Decodable {
        var next_action_at: String
      }
    }
    let report: Report = try scene.place.run("status", "--json").json()
    for credential in report.credentials {
      #expect(try Instant(credential.next_action_at) - sent >= 600)
    }
    let log = try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 1)
    #expect(log.of("rotation_held").isEmpty)
    // Nor does a restart forget it.
    let again = try scene.daemon()
    #expect(try scene.place.run("rotate", "other").status == 75)
    try again.stop()
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func afterAShortThrottleEverythingGoesOn() throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    try scene.simulator.fault(#"{"match":"update","kind":"throttle","retry_after":"1"}"#)
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotated")
    try daemon.stop()
    let arrivals = try scene.simulator.requests(.update).map(\.at)
    #expect(arrivals.count == 2)
    #expect(arrivals[1] - arrivals[0] >= 999)
  }

  @Test func aRetryAfterOfDaysIsObeyedForAnHourAtMost() throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    try scene.simulator.fault(
      #"{"match":"update","kind":"throttle","retry_after":"Fri, 31 Dec 2100 23:59:59 GMT"}"#)
    try scene.place.put("value-2", into: "jira-cloud")
    let failed = try daemon.event("rotation_failed", ["reason": "throttled"])
    struct Entry: Decodable {
      var at: String
      var duration_ms: Int?
    }
    let history: [Entry] = try scene.place.run("history", "--json").json()
    let entry = try #require(history.first)
    let answered = try Instant(entry.at) + Double(entry.duration_ms ?? 0) / 1000 + 1
    let wait = try Instant(try #require(failed["next_attempt_at"])) - answered
    #expect(wait > 3000)
    #expect(wait <= 3600)
    try daemon.stop()
  }

  @Test func withDXDownItIsReadyAndRecoversByItself() throws {
    let scene = try Scene([Account(date: Day.soon)], tables: "[alert]\nafter = \"100ms\"")
    try scene.simulator.stop()
    let notify = try NotifySocket(in: scene.place)
    let daemon = try scene.daemon(environment: ["NOTIFY_SOCKET": notify.path])
    #expect(try notify.next()["READY"] == "1")
    try daemon.event("adopted")
    try daemon.event("api_unavailable")
    #expect(try scene.place.run("rotate", "jira-cloud").status == 69)
    let simulator = try scene.restartedSimulator()
    try daemon.event("api_recovered")
    try daemon.event("rotated")
    try daemon.stop()
    #expect(try simulator.requests(.update).count == 1)
  }
}
