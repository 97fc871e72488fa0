import Foundation
import Testing

/// The real binary with a thousand credentials, under every fault of the network at once.
///
/// Runs only with `DX_SOAK_MINUTES` (`make soak MINUTES=60`): it is about time.
@Suite struct SoakTests {
  private static let minutes = ProcessInfo.processInfo.environment["DX_SOAK_MINUTES"]
    .flatMap { Double($0) }
  private static let credentials = 1000

  /// What a process holds.
  struct Holding: CustomStringConvertible {
    var anonymousKilobytes = 0
    var descriptors = 0
    var threads = 0
    var description: String {
      "\(anonymousKilobytes) kB anonymous, \(descriptors) descriptors, \(threads) threads"
    }

    init(of process: pid_t) throws {
      let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
      for line in status.split(separator: "\n") {
        let number = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
          .flatMap { Int($0) }
        if line.hasPrefix("RssAnon:") { anonymousKilobytes = number ?? 0 }
        if line.hasPrefix("Threads:") { threads = number ?? 0 }
      }
      descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
    }
  }

  @Test(.enabled(if: minutes != nil, "set DX_SOAK_MINUTES"))
  func nothingGrowsAndNoSendIsMissed() throws {
    let accounts = (1...Self.credentials).map {
      Account("credential-\($0)", connection: 1 + $0 % 20, id: $0, value: "value-0")
    }
    let scene = try Scene(
      accounts,
      api:
        "timeout = \"1s\"\nrequests_per_minute = 60000\nconcurrency = 16\npoll_interval = \"30s\"",
      retry: "initial = \"100ms\"\nmax = \"2s\"", tables: "[alert]\nafter = \"2s\"")
    let proxy = try HostileProxy(to: scene.simulator.port)
    try scene.place.dropIn("30-proxy", "api.url = \"\(proxy.url)\"")
    let daemon = try scene.daemon(logLevel: "notice")
    defer { daemon.process.signal(SIGKILL) }
    // What is there at the first reading is adopted: only what comes after it is to be sent.
    let _: Bool = try daemon.process.errors.wait(for: "all to be adopted") { lines, _ in
      lines.count { $0.contains("event=adopted ") } == Self.credentials ? true : nil
    }

    let end = Date(timeIntervalSinceNow: (Self.minutes ?? 0) * 60)
    var generator = SystemRandomNumberGenerator()
    var values = Array(repeating: 0, count: Self.credentials + 1)
    var held: [Holding] = []
    var changes = 0
    var round = 0
    while Date.now < end {
      round += 1
      for behaviour in HostileProxy.Behaviour.allCases.shuffled(using: &generator) {
        proxy.behaviour = behaviour
        for _ in 0..<20 {
          let number = Int.random(in: 1...Self.credentials, using: &generator)
          values[number] += 1
          changes += 1
          try scene.place.put("value-\(values[number])", into: "credential-\(number)")
          // Time itself is the subject here: the faults are spread over it.
          Thread.sleep(forTimeInterval: 0.1)
        }
        held.append(try Holding(of: daemon.process.identifier))
      }
    }
    proxy.behaviour = .faithful
    let deadline = Date(timeIntervalSinceNow: 120)
    var missing = accounts
    while !missing.isEmpty, Date.now < deadline {
      Thread.sleep(forTimeInterval: 0.5)
      missing = try missing.filter {
        let inDX = try scene.simulator.secrets($0.connection, $0.id)["api_token"]
        // What was there first is adopted and never sent.
        return values[$0.id] > 0 && inDX != "value-\(values[$0.id])"
      }
    }
    #expect(missing.isEmpty, "\(missing.count) sends are missing, such as \(missing.prefix(3))")
    held.append(try Holding(of: daemon.process.identifier))
    let early = held[held.count / 4]
    let late = held[held.count - 1]
    let most = held.map(\.anonymousKilobytes).max() ?? 0
    print(
      """
      soak: \(Self.minutes ?? 0) min, \(Self.credentials) credentials, \(changes) changes, \
      \(round) rounds of \(HostileProxy.Behaviour.allCases.count) behaviours; after a quarter \
      \(early); at the end \(late); at most \(most) kB
      """)
    #expect(late.anonymousKilobytes <= early.anonymousKilobytes * 5 / 4 + 1024)
    #expect(late.descriptors <= early.descriptors + 16)
    #expect(late.threads <= early.threads + 4)
    try daemon.stop()
  }
}
