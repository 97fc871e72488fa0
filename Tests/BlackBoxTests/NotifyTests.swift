import Foundation
import Testing

/// What the service manager hears (contract, section 6).
@Suite(.limited) struct NotifyTests {
  private func start(
    _ scene: Scene, _ environment: [String: String] = [:]
  ) throws -> (Daemon, NotifySocket) {
    let notify = try NotifySocket(in: scene.place)
    let daemon = try Daemon(
      scene.place, environment: environment.merging(["NOTIFY_SOCKET": notify.path]) { $1 })
    return (daemon, notify)
  }

  @Test func aLifeFromREADYToSTOPPING() throws {
    let scene = try Scene([Account(date: Day.soon, inDX: "moves_to = \"\(Day.farOff)\"")])
    let (daemon, notify) = try start(scene)
    let ready = try notify.next()
    #expect(ready["READY"] == "1")
    let status = try #require(ready["STATUS"])
    #expect(status.contains("watching 1 credential"))
    try daemon.event("rotated")

    daemon.reload()
    let reloading = try notify.next(with: "RELOADING")
    #expect(reloading["RELOADING"] == "1")
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let microseconds = try #require(reloading["MONOTONIC_USEC"].flatMap { Int($0) })
    #expect(microseconds > 0)
    #expect(microseconds <= now.tv_sec * 1_000_000 + now.tv_nsec / 1000)
    #expect(try notify.next(with: "READY")["READY"] == "1")

    try daemon.stop()
    let rest = notify.waiting()
    let names = rest.map { $0.description.prefix { $0 != "=" } }
    #expect(names.contains("STOPPING"))
    let extended = try #require(
      rest.compactMap { $0["EXTEND_TIMEOUT_USEC"] }.first.flatMap { Int($0) })
    // The timeout of a request at least: 30 s here.
    #expect(extended >= 30_000_000)
    #expect(names.filter { $0 == "READY" || $0 == "RELOADING" }.isEmpty)
  }

  @Test func aRejectedReloadEndsWithREADYToo() throws {
    let scene = try Scene()
    let (daemon, notify) = try start(scene)
    _ = try notify.next(with: "READY")
    try scene.place.dropIn("90-broken", "nonsense = 1")
    daemon.reload()
    _ = try notify.next(with: "RELOADING")
    _ = try notify.next(with: "READY")
    try daemon.event("config_rejected")
    try daemon.stop()
  }

  @Test func STATUSSaysWhatNeedsAPerson() throws {
    let scene = try Scene([Account(inDX: refusal())])
    let (daemon, notify) = try start(scene)
    try daemon.event("adopted")
    try scene.place.put("bad-1", into: "jira-cloud")
    try daemon.event("rotation_held")
    while true {
      let status = try #require(try notify.next(with: "STATUS")["STATUS"])
      if status.contains("1 needs a person") { break }
    }
    try daemon.stop()
  }

  /// Two pings a period; none while the process stands still; and again when it goes on.
  @Test func theWatchdogIsToldWhileTheLoopAdvances() throws {
    let scene = try Scene()
    let (daemon, notify) = try start(scene, ["WATCHDOG_USEC": "200000"])
    _ = try notify.next(with: "READY")
    for _ in 1...5 { _ = try notify.next(with: "WATCHDOG") }
    kill(daemon.process.identifier, SIGSTOP)
    try waitUntilStopped(daemon.process.identifier)
    _ = notify.waiting()
    // Another daemon's five periods are as long as five of this one's.
    let witness = try Scene()
    let (other, heard) = try start(witness, ["WATCHDOG_USEC": "200000"])
    for _ in 1...10 { _ = try heard.next(with: "WATCHDOG") }
    #expect(notify.waiting().isEmpty)
    kill(daemon.process.identifier, SIGCONT)
    _ = try notify.next(with: "WATCHDOG")
    try other.stop()
    try daemon.stop()
  }

  @Test func theWatchdogIsToldWhileARequestIsUnderWay() throws {
    let scene = try Scene()
    let (daemon, notify) = try start(scene, ["WATCHDOG_USEC": "200000"])
    try daemon.event("adopted")
    try scene.simulator.fault(#"{"match":"update","kind":"delay","ms":1500}"#)
    try scene.place.put("value-2", into: "jira-cloud")
    try scene.simulator.wait(for: 1, .update)
    _ = notify.waiting()
    for _ in 1...3 { _ = try notify.next(with: "WATCHDOG") }
    try daemon.event("rotated")
    let log = try daemon.stop()
    #expect(log.of("watchdog_withheld").isEmpty)
  }

  @Test func withoutAWatchdogThereAreNoPings() throws {
    let scene = try Scene()
    let (daemon, notify) = try start(scene)
    try daemon.event("adopted")
    try daemon.stop()
    #expect(notify.waiting().allSatisfy { $0["WATCHDOG"] == nil })
  }

  @Test func everySTATUSIsOneLine() throws {
    let scene = try Scene([Account(inDX: refusal("Odd\\nlabel", message: "two\\nlines"))])
    let (daemon, notify) = try start(scene)
    try daemon.event("adopted")
    try scene.place.put("bad-1", into: "jira-cloud")
    try daemon.event("rotation_held")
    try daemon.stop()
    for message in notify.waiting() {
      for line in message.description.split(separator: "\n", omittingEmptySubsequences: false) {
        #expect(line.wholeMatch(of: /[A-Z_]+=.*/) != nil, "\(message)")
      }
    }
  }

  private func waitUntilStopped(_ process: pid_t) throws {
    let deadline = Date(timeIntervalSinceNow: patience)
    while Date() < deadline {
      let facts = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
      if facts.contains(") T ") { return }
      sched_yield()
    }
    throw Failure("the process does not stop")
  }
}
