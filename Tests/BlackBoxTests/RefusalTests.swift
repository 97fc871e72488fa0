import Foundation
import Testing

/// A value that DX refuses (contract, rule 6).
@Suite(.limited) struct RefusalTests {
  @Test func aRefusedValueIsRetriedThenHeldAndANewOneIsSentAtOnce() throws {
    let scene = try Scene(
      [Account(inDX: refusal())], retry: "verification_attempts = 4\nhold = \"never\"\nmax = \"1s\""
    )
    let daemon = try scene.settledDaemon()
    try scene.place.put("bad-1", into: "jira-cloud")
    try daemon.event("rotation_failed", ["attempt": "4"])
    let held = try daemon.event("rotation_held")
    #expect(held["error"] == "Invalid permissions")
    #expect(held["display_message"] == "The vendor refused it")
    #expect(held["raw_message"] == "403 Forbidden")
    #expect(held["attempt"] == "4")
    #expect(held["next_attempt_at"] == nil)
    #expect(try scene.place.run("status").status == 1)

    try scene.place.put("good-1", into: "jira-cloud")
    try daemon.event("rotated")
    try daemon.event("rotation_recovered")
    let log = try daemon.stop()
    let failures = log.of("rotation_failed")
    #expect(failures.map { $0["http_status"] } == Array(repeating: "422", count: 4))
    #expect(failures.map { $0["reason"] } == Array(repeating: "verification", count: 4))
    let requests = try scene.simulator.requests(.update)
    #expect(requests.map { $0.body.contains("bad-1") } == [true, true, true, true, false])
    #expect(log.of("rotation_held").count == 1)
    #expect(try scene.place.run("status").status == 1)
  }

  /// Each wait is at least half its step, and each step is twice the one before.
  @Test func theWaitsGrowAndAreWaited() throws {
    let scene = try Scene(
      [Account(inDX: refusal())],
      retry: "initial = \"200ms\"\nmax = \"1h\"\nverification_attempts = 5")
    let daemon = try scene.settledDaemon()
    try scene.place.put("bad-1", into: "jira-cloud")
    try daemon.event("rotation_held")
    let log = try daemon.stop()
    #expect(log.of("rotation_failed").dropLast().allSatisfy { $0["next_attempt_at"] != nil })
    // DX's times, in milliseconds: a machine that is slow only makes them longer.
    let arrivals = try scene.simulator.requests(.update).map(\.at)
    let waits = zip(arrivals.dropFirst(), arrivals).map { $0 - $1 }
    for (wait, least) in zip(waits, [100, 200, 400, 800]) { #expect(wait >= least - 1) }
    #expect(waits.count == 4)
  }

  @Test func aHeldValueIsTriedAgainOncePerHold() throws {
    let scene = try Scene(
      [Account(inDX: refusal())], retry: "verification_attempts = 2\nhold = \"300ms\"")
    let daemon = try scene.settledDaemon()
    try scene.place.put("bad-1", into: "jira-cloud")
    try scene.simulator.wait(for: 4, .update)
    try scene.simulator.change(123, 456, #"{"rules":null}"#)
    try daemon.event("rotated", ["reason": "held_retry"])
    let log = try daemon.stop()
    #expect(log.of("rotation_held").count == 1)
  }

  @Test func okFalseOnA200IsARefusal() throws {
    let scene = try Scene([Account(date: Day.soon)], retry: "verification_attempts = 2")
    try scene.simulator.fault(
      #"{"match":"update","times":0,"kind":"ok_false","error":"no_resources","#
        + #""display_message":"Nothing is visible"}"#)
    let daemon = try scene.daemon()
    let held = try daemon.event("rotation_held")
    #expect(held["error"] == "no_resources")
    #expect(held["http_status"] == "200")
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 2)
  }

  @Test(arguments: ["Duplicate secrets", "duplicate_settings"])
  func aDuplicateIsHeldAtOnce(label: String) throws {
    let scene = try Scene([Account(inDX: refusal(label)), Account("other", id: 457)])
    let daemon = try scene.settledDaemon("jira-cloud", "other")
    try scene.place.put("bad-1", into: "jira-cloud")
    try daemon.event("rotation_held", ["attempt": "1", "error": label])
    try scene.place.put("value-2", into: "other")
    try daemon.event("rotated", ["credential": "other"])
    try daemon.stop()
    #expect(
      try scene.simulator.requests(.update).filter { $0.body.contains("bad-1") }.count == 1)
  }

  @Test func invalidCredentialsAreNeverRetriedWhileHeld() throws {
    let scene = try Scene(
      [
        Account(inDX: refusal("Invalid credentials")), Account("witness", id: 457, inDX: refusal()),
      ],
      retry: "verification_attempts = 2\nhold = \"100ms\"")
    let daemon = try scene.settledDaemon("jira-cloud", "witness")
    try scene.place.put("bad-1", into: "jira-cloud")
    let held = try daemon.event("rotation_held", ["credential": "jira-cloud"])
    #expect(held["next_attempt_at"] == nil)
    // Meanwhile another one is tried once per hold.
    try scene.place.put("bad-2", into: "witness")
    try daemon.event("rotation_failed", ["credential": "witness"], number: 6)
    try daemon.stop()
    #expect(
      try scene.simulator.requests(.update).filter { $0.body.contains("bad-1") }.count == 2)
  }

  @Test func aSourceThatFlapsBetweenTwoBadValuesDoesNotHammer() throws {
    let scene = try Scene(
      [Account(inDX: refusal())], retry: "initial = \"1h\"\nmax = \"1h\"\nverification_attempts = 5"
    )
    let daemon = try scene.settledDaemon()
    for (number, value) in ["bad-1", "bad-2", "bad-1", "bad-2", "bad-1", "bad-2"].enumerated() {
      try scene.place.put(value, into: "jira-cloud")
      if number < 2 { try daemon.event("rotation_failed", number: number + 1) }
      #expect(try scene.place.run("rotate", "jira-cloud", "--dry-run").status == 0)
    }
    try daemon.stop()
    // A value that was refused waits for its own turn, whatever was there in between.
    #expect(try scene.simulator.requests(.update).count == 2)
  }

  @Test func beyondSixSendsNewValuesWait() throws {
    let scene = try Scene(
      [Account(inDX: refusal()), Account("other", id: 457)],
      retry: "initial = \"1h\"\nmax = \"1h\"")
    let daemon = try scene.settledDaemon("jira-cloud", "other")
    for number in 1...6 {
      try scene.place.put("bad-\(number)", into: "jira-cloud")
      try daemon.event("rotation_failed", number: number)
    }
    try scene.place.put("bad-7", into: "jira-cloud")
    try scene.place.put("value-2", into: "other")
    try daemon.event("rotated", ["credential": "other"])
    #expect(try scene.place.run("rotate", "jira-cloud", "--dry-run").status == 0)
    try daemon.stop()
    #expect(
      try scene.simulator.requests(.update).filter { $0.body.contains("bad") }.count == 6)
  }

  @Test func rotateStartsAHeldValueAfresh() throws {
    let scene = try Scene([Account(inDX: refusal())], retry: "verification_attempts = 1")
    let daemon = try scene.settledDaemon()
    try scene.place.put("bad-1", into: "jira-cloud")
    try daemon.event("rotation_held")
    #expect(try scene.place.run("rotate", "jira-cloud").status == 65)
    try scene.simulator.change(123, 456, #"{"rules":null}"#)
    #expect(try scene.place.run("rotate", "jira-cloud").status == 0)
    try daemon.event("rotation_recovered")
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 3)
  }

  @Test func anUnknownCredentialIsHeldAtOnce() throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    try scene.simulator.change(123, 456, #"{"exists":false}"#)
    try scene.place.put("value-2", into: "jira-cloud")
    let failed = try daemon.event("rotation_failed", ["error": "credential_not_found"])
    #expect(failed["reason"] == "not_found")
    try daemon.event("credential_missing")
    try scene.simulator.change(123, 456, #"{"exists":true}"#)
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 1)
  }
}
