import Foundation
import Testing

/// How the daemon ends (contract, section 6).
@Suite(.limited) struct SignalTests {
  @Test(arguments: [SIGTERM, SIGINT]) func aRequestInFlightIsWaitedFor(signal: Int32) throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    try scene.simulator.fault(#"{"match":"update","kind":"delay","ms":700}"#)
    try scene.place.put("value-2", into: "jira-cloud")
    try scene.simulator.wait(for: 1, .update)
    let log = try daemon.stop(signal)
    #expect(log.of("stopping").count == 1)
    #expect(log.of("rotated").count == 1)
    #expect(log.of("rotated").count + log.of("rotation_failed").count == 1)
    #expect(
      try scene.place.run("history", "--json").output.contains("\"outcome\" : \"accepted\""))
    let again = try scene.daemon()
    #expect(try scene.place.run("rotate", "jira-cloud").status == 0)
    let second = try again.stop()
    #expect(second.of("interrupted").isEmpty)
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func whileItStopsNothingNewIsSent() throws {
    let scene = try Scene([Account(), Account("other", id: 457)])
    let daemon = try scene.settledDaemon("jira-cloud", "other")
    try scene.simulator.fault(
      #"{"match":"update","credential":456,"kind":"delay","ms":1000}"#)
    try scene.place.put("value-2", into: "jira-cloud")
    try scene.simulator.wait(for: 1, .update)
    daemon.process.signal(SIGTERM)
    try daemon.event("stopping")
    try scene.place.put("value-2", into: "other")
    // A second signal changes nothing.
    let log = try daemon.stop(SIGINT)
    #expect(log.of("rotated").count == 1)
    #expect(log.of("stopping").count == 1)
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func aRefusalWhileItStopsIsRecordedAndNotRetried() throws {
    let scene = try Scene([Account(inDX: refusal())])
    let daemon = try scene.settledDaemon()
    try scene.simulator.fault(#"{"match":"update","kind":"delay","ms":700}"#)
    try scene.place.put("bad-1", into: "jira-cloud")
    try scene.simulator.wait(for: 1, .update)
    let log = try daemon.stop()
    #expect(log.of("rotation_failed").count == 1)
    #expect(try scene.simulator.requests(.update).count == 1)
    #expect(
      try scene.place.run("history", "--json").output.contains("\"outcome\" : \"verification\""))
  }

  @Test func aSignalRightAfterREADYIsNotLost() throws {
    let scene = try Scene()
    for signal in [SIGTERM, SIGINT, SIGTERM, SIGINT] {
      let notify = try NotifySocket(in: scene.place)
      let daemon = try Daemon(scene.place, environment: ["NOTIFY_SOCKET": notify.path])
      _ = try notify.next(with: "READY")
      try daemon.stop(signal)
      unlink(notify.path)
    }
  }
}
