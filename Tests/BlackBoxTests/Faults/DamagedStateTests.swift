import Foundation
import Testing

/// The files of the state cut, flipped and filled at any offset: the binary starts, and goes on with its work.
///
/// A few damages by default, many with `DX_CRASH_POINTS=all` (`make crash-points`). Each has a seed of its own, and
/// `DX_SEED` begins with that of one.
@Suite(.limited) struct DamagedStateTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let rounds: UInt64 = environment["DX_CRASH_POINTS"] == "all" ? 300 : 15
  private static let files = ["state.db", "state.db-wal", "fingerprint.key"]

  @Test func whateverIsDamagedItStartsAndSendsWhatIsNew() throws {
    let scene = try Scene()
    let good = try soundState(of: scene)
    let first = Self.environment["DX_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...9_999_999)
    print("damaged states: DX_SEED=\(first), \(Self.rounds) of them")
    for seed in first..<first + Self.rounds {
      var random = SeededGenerator(seed: seed)
      try FileManager.default.removeItem(atPath: scene.place.state)
      try FileManager.default.copyItem(atPath: good, toPath: scene.place.state)
      try scene.place.put("value-2", into: "jira-cloud")
      let damage = try damage(scene.place.state, &random)
      do {
        try goOn(scene, with: "fresh-\(seed)")
      } catch {
        Issue.record("DX_SEED=\(seed), \(damage): \(error)")
      }
    }
  }

  /// A copy of a state whose daemon was killed after an acceptance, so that its log is there as well.
  private func soundState(of scene: Scene) throws -> String {
    let daemon = try scene.settledDaemon()
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotated")
    try daemon.crash()
    let copy = scene.place.root + "/good"
    // Its control socket is no file, and cannot be copied.
    try FileManager.default.removeItem(atPath: scene.place.state + "/control")
    try FileManager.default.copyItem(atPath: scene.place.state, toPath: copy)
    return copy
  }

  /// Damages one of the files, and says how.
  private func damage(_ state: String, _ random: inout SeededGenerator) throws -> String {
    let file = Self.files[Int.random(in: 0..<Self.files.count, using: &random)]
    let path = URL(filePath: "\(state)/\(file)")
    var bytes = try Data(contentsOf: path)
    let offset = Int.random(in: 0..<bytes.count, using: &random)
    let kind = Int.random(in: 0..<3, using: &random)
    switch kind {
    case 0: bytes.removeSubrange(offset...)
    case 1:
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] ^=
          1
          << UInt8.random(in: 0..<8, using: &random)
      }
    default:
      let end = min(bytes.count, offset + 512)
      bytes.replaceSubrange(offset..<end, with: Data(repeating: 0xFF, count: end - offset))
    }
    try bytes.write(to: path)
    return "\(file) \(["cut", "flipped", "filled"][kind]) at \(offset)"
  }

  private func goOn(_ scene: Scene, with value: String) throws {
    let before = try scene.simulator.requests(.update).count
    // Looking at it changes nothing, and does not end the command.
    _ = try scene.place.run("status")
    let daemon = try scene.daemon()
    // Whatever it has of the past: the value that is there is adopted, known, or sent once more.
    try scene.place.put(value, into: "jira-cloud")
    let pass = try scene.place.run("rotate", "jira-cloud")
    guard pass.status == 0 else { throw Failure("\(pass)") }
    try daemon.stop()
    let sent = try scene.simulator.requests(.update).dropFirst(before).map(\.body)
    guard (1...2).contains(sent.count), sent.last?.contains(value) == true else {
      throw Failure("sent \(sent)")
    }
    let history = try scene.place.run("history")
    guard history.status == 0 else { throw Failure("\(history)") }
  }
}

/// The same numbers for the same seed (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }
}
