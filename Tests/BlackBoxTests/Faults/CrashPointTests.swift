import Foundation
import Testing

/// The binary killed at every write of its state and every step of a request (contract, rule 11).
///
/// A few points by default; all of them with `DX_CRASH_POINTS=all` (`make crash-points`).
@Suite(.limited) struct CrashPointTests {
  struct Entry: Decodable {
    var outcome: String?
  }

  @Test func whereverItIsKilledNothingIsLostAndNothingSentTwice() throws {
    let points = try points()
    #expect(points.count > 30)
    let isComplete = ProcessInfo.processInfo.environment["DX_CRASH_POINTS"] == "all"
    let step = isComplete ? 1 : max(1, points.count / 12)
    for number in stride(from: 1, through: points.count, by: step) {
      do {
        try crash(at: number)
      } catch {
        Issue.record("killed at point \(number), \(points[number - 1]): \(error)")
      }
    }
    print("crash points: \(points.count), tried every \(step)")
  }

  /// The points of a life without a crash.
  private func points() throws -> [String] {
    let scene = try scene()
    let file = scene.place.root + "/points"
    try #require(try live(scene, try Preload.environment(["DX_POINTS": file])))
    return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
      .map { String($0) }
  }

  private func scene() throws -> Scene { try Scene([Account(date: Day.soon)]) }

  /// A first value is sent, and a second one; then it is stopped.
  ///
  /// - Returns: whether it lived to see the first one accepted.
  private func live(_ scene: Scene, _ environment: [String: String]) throws -> Bool {
    let daemon = try Daemon(scene.place, environment: environment)
    // It may be killed at any time: then no more is to be seen.
    let isSent = (try? daemon.event("rotated")) != nil
    if isSent {
      try scene.place.put("value-2", into: "jira-cloud")
      _ = try? daemon.event("rotated", number: 2)
    }
    daemon.process.signal(SIGTERM)
    _ = try daemon.process.wait()
    return isSent
  }

  private func crash(at number: Int) throws {
    let scene = try scene()
    let isSent = try live(scene, try Preload.environment(["DX_KILL_AT": String(number)]))
    let daemon = try scene.daemon()
    if !isSent {
      let first = try scene.place.run("rotate", "jira-cloud")
      guard first.status == 0 else { throw Failure("the first value: \(first)") }
      try scene.place.put("value-2", into: "jira-cloud")
    }
    let second = try scene.place.run("rotate", "jira-cloud")
    guard second.status == 0 else { throw Failure("the second value: \(second)") }
    let log = try daemon.stop()
    let history: [Entry] = try scene.place.run("history", "--json").json()
    let accepted = history.count { $0.outcome == "accepted" }
    let interrupted = history.count { $0.outcome == "interrupted" }
    let sent = try scene.simulator.requests(.update).map(\.body)
    #expect(accepted == 2, "point \(number): \(history)")
    #expect(interrupted <= 1, "point \(number): \(history)")
    #expect(history.count == accepted + interrupted, "point \(number): \(history)")
    #expect((accepted...accepted + interrupted).contains(sent.count), "point \(number): \(sent)")
    #expect(sent.last?.contains("value-2") == true, "point \(number): \(sent)")
    #expect(log.of("interrupted").count == interrupted, "point \(number)")
    #expect(try scene.simulator.secrets(123, 456) == ["api_token": "value-2"], "point \(number)")
  }
}
