import Foundation
import Synchronization
import Testing

/// The binary killed at every write of its state and every step of a request (contract, rule 11).
///
/// A few points by default; all of them with `DX_CRASH_POINTS=all` (`make crash-points`).
@Suite(.limited) struct CrashPointTests {
  /// What is killed.
  enum Life: CaseIterable {
    /// A daemon, from its first start to its stop.
    case service
    /// A `rotate` that works alone, because no daemon runs.
    case command
  }

  struct Entry: Decodable {
    var outcome: String?
    var reason: String
  }

  private static let isComplete =
    ProcessInfo.processInfo.environment["DX_CRASH_POINTS"] == "all"
  /// How many points are tried by default.
  private static let sample = 12
  /// How many points are tried at a time: each mostly waits for its disk.
  private static let lanes = 4

  @Test(arguments: Life.allCases)
  func whereverItIsKilledNothingIsLostAndNothingSentTwice(life: Life) throws {
    let points = try points(of: life)
    #expect(points.count > 30)
    let step = Self.isComplete ? 1 : max(1, points.count / Self.sample)
    let numbers = Array(stride(from: 1, through: points.count, by: step))
    let next = Atomic(0)
    let found = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: Self.lanes) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < numbers.count else { return }
        let number = numbers[index]
        let point = "killed at point \(number), \(points[number - 1])"
        do {
          try crash(life, at: number)
        } catch {
          found.withLock { $0.append("\(point): \(error)") }
        }
      }
    }
    for problem in found.withLock({ $0 }) { Issue.record("\(problem)") }
    print("crash points of a \(life): \(points.count), tried every \(step)")
  }

  /// The points of a life without a crash.
  private func points(of life: Life) throws -> [String] {
    let scene = try scene()
    let file = scene.place.root + "/points"
    let last = try live(life, scene, try Preload.environment(["DX_POINTS": file]))
    #expect(try scene.simulator.secrets(123, 456) == ["api_token": "value-\(last)"])
    return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
      .map { String($0) }
  }

  private func scene() throws -> Scene { try Scene([Account(date: Day.soon)]) }

  /// Lives as long as it is let, and says which value was the last that was put into the source.
  private func live(_ life: Life, _ scene: Scene, _ environment: [String: String]) throws -> Int {
    switch life {
    case .command:
      // It may be killed: then it has no exit status.
      _ = try? scene.place.run("rotate", "jira-cloud", environment: environment)
      return 1
    case .service:
      let daemon = try Daemon(scene.place, environment: environment)
      defer { daemon.process.signal(SIGKILL) }
      // It may be killed at any time: then no more is to be seen.
      guard (try? daemon.event("rotated")) != nil else { return 1 }
      try scene.place.put("value-2", into: "jira-cloud")
      guard (try? daemon.event("rotated", number: 2)) != nil else { return 2 }
      _ = try scene.place.run("rotate", "jira-cloud", "--force")
      try scene.place.dropIn("30-reloaded", "retry.factor = 3")
      daemon.reload()
      guard (try? daemon.event("config_loaded", number: 2)) != nil else { return 2 }
      try scene.place.put("value-3", into: "jira-cloud")
      _ = try? daemon.event("rotated", number: 4)
      daemon.process.signal(SIGTERM)
      _ = try daemon.process.wait()
      return 3
    }
  }

  /// - Throws: what does not hold after it.
  private func crash(_ life: Life, at number: Int) throws {
    let scene = try scene()
    let environment = try Preload.environment(["DX_KILL_AT": String(number)])
    let seen = try live(life, scene, environment)
    let daemon = life == .service ? try scene.daemon() : nil
    for value in seen...life.lastValue {
      try scene.place.put("value-\(value)", into: "jira-cloud")
      let pass = try scene.place.run("rotate", "jira-cloud")
      try hold(pass.status == 0, "value \(value): \(pass)")
    }
    let said = try daemon?.stop().of("interrupted").count
    let history: [Entry] = try scene.place.run("history", "--json").json()
    let accepted = history.count { $0.outcome == "accepted" }
    let interrupted = history.count { $0.outcome == "interrupted" }
    // One that was cut off is not sent again by itself: DX has the value, and whoever forced it was told.
    let forced = history.count { $0.reason == "forced" && $0.outcome == "accepted" }
    let sent = try scene.simulator.requests(.update).map(\.body)
    try hold(accepted == life.lastValue + forced, "\(history)")
    try hold(interrupted <= 1 && history.count == accepted + interrupted, "\(history)")
    try hold((accepted...accepted + interrupted).contains(sent.count), "\(sent)")
    try hold(sent.last?.contains("value-\(life.lastValue)") == true, "\(sent)")
    try hold(said == nil || said == interrupted, "said \(said ?? 0) of \(history)")
    let inDX = try scene.simulator.secrets(123, 456)
    try hold(inDX == ["api_token": "value-\(life.lastValue)"], "\(inDX)")
  }

  private func hold(_ condition: Bool, _ what: String) throws {
    if !condition { throw Failure(what) }
  }
}

extension CrashPointTests.Life {
  /// The number of the value that is in the source at the end.
  fileprivate var lastValue: Int {
    switch self {
    case .service: 3
    case .command: 2
    }
  }
}
