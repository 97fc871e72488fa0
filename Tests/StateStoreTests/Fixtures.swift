import Foundation
import RotationEngine

@testable import StateStore

/// A directory that goes with its last reference; `state` in it is a state directory still to be made.
final class Place: Sendable {
  let path: String

  init() throws {
    let name = "dx-rotated-state-\(UUID().uuidString)"
    path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var state: String { path + "/state" }
  var database: String { state + "/state.db" }
  var key: String { state + "/fingerprint.key" }

  func open(
    _ access: SQLiteState.Access = .daemon, instance: String = acme, schema: Schema = .current,
    now: WallTime = noon
  ) throws -> SQLiteState {
    try SQLiteState(
      directory: state, instance: instance, access: access, schema: schema, now: now)
  }

  /// A closed state with one credential that was accepted, and an attempt.
  func fill() throws {
    let state = try open()
    try state.save(Sample.accepted)
    _ = try state.begin(Sample.attempt)
  }

  func bytes(_ file: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file)) }

  func write(_ data: Data, to file: String) throws {
    try data.write(to: URL(fileURLWithPath: file))
  }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: state).sorted()
  }
}

let acme = "https://acme.getdx.net"
/// 2026-11-23T12:00:00Z.
let noon = WallTime(millisecondsSinceEpoch: 1_795_435_200_000)

enum Sample {
  static let key = CredentialKey(connection: 123, id: 456)

  static func fingerprint(_ byte: UInt8) -> Fingerprint {
    guard let result = Fingerprint(bytes: [UInt8](repeating: byte, count: 32)) else {
      preconditionFailure("32 bytes are a fingerprint")
    }
    return result
  }

  static var accepted: CredentialRecord {
    var record = CredentialRecord(key: key, name: "jira-cloud")
    record.accepted = AcceptedValue(fingerprint: fingerprint(7), at: noon, origin: .pushedFresh)
    return record
  }

  static var attempt: Attempt { attempt(of: key) }

  static func attempt(of key: CredentialKey) -> Attempt {
    Attempt(
      key: key, name: "jira-cloud", fingerprint: fingerprint(7), reason: .changed, ordinal: 1,
      at: noon)
  }

  static let failure = LastError(
    at: noon, kind: .verification, error: "Invalid credentials", displayMessage: "Wrong token",
    rawMessage: "401", httpStatus: 422)
}

/// Records of every shape, the same for the same seed (SplitMix64).
struct RecordGenerator: RandomNumberGenerator {
  private var seed: UInt64

  init(seed: UInt64) { self.seed = seed }

  mutating func next() -> UInt64 {
    seed &+= 0x9e37_79b9_7f4a_7c15
    var bits = seed
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }

  mutating func record(_ key: CredentialKey) -> CredentialRecord {
    var record = CredentialRecord(key: key, name: text())
    record.firstReadAt = maybe { $0.time() }
    record.sourcesDigest = next()
    record.accepted = maybe { random in
      AcceptedValue(
        fingerprint: random.fingerprint(), at: random.time(), origin: random.one(),
        expiration: random.maybe { $0.time() }, supersededDate: random.maybe { $0.time() },
        listedDate: random.maybe { $0.time() })
    }
    record.accepted?.isInDoubt = .random(using: &self)
    record.accepted?.former = fingerprint()
    record.refusals = list(upTo: 16) { random in
      Refusal(
        fingerprint: random.fingerprint(), attempts: random.count(), lastAt: random.time(),
        cause: random.one(), nextAt: random.maybe { $0.time() }, isHeld: .random(using: &random))
    }
    record.recentSends = list(upTo: 6) { $0.time() }
    record.backoff = maybe { $0.backoff() }
    record.listed.at = maybe { $0.time() }
    record.listed.expiration = maybe { $0.time() }
    record.listed.disabledAt = maybe { $0.time() }
    record.listed.missingSince = maybe { $0.time() }
    record.source.fingerprint = maybe { $0.fingerprint() }
    record.source.failingSince = maybe { $0.time() }
    record.source.failure = maybe { SourceFailure($0.one(), $0.text()) }
    record.lastError = maybe { $0.error() }
    record.alerts = alerts()
    record.saidExpirationUnknown = .random(using: &self)
    record.view.state = one()
    record.view.needsAttention = .random(using: &self)
    record.view.expiresAt = maybe { $0.time() }
    record.view.expiresFrom = maybe { $0.one() }
    record.view.windowOpensAt = maybe { $0.time() }
    record.view.attempts = count()
    record.view.nextActionAt = maybe { $0.time() }
    return record
  }

  mutating func instance() -> InstanceRecord {
    var record = InstanceRecord()
    record.unauthorizedSince = maybe { $0.time() }
    record.probe = maybe { $0.backoff() }
    record.refusedKey = maybe { $0.fingerprint() }
    record.throttle = maybe { $0.backoff() }
    record.unreachableSince = maybe { $0.time() }
    record.keyFailingSince = maybe { $0.time() }
    record.summarySaidAt = maybe { $0.time() }
    record.alerts = alerts()
    return record
  }

  mutating func error() -> LastError {
    LastError(
      at: time(), kind: one(), error: maybe { $0.text() }, displayMessage: maybe { $0.text() },
      rawMessage: maybe { $0.text() }, httpStatus: maybe { $0.count() })
  }

  private mutating func alerts() -> [StandingAlert] {
    list(upTo: 3) { random in
      StandingAlert(
        kind: random.one(), severity: random.one(), since: random.time(), saidAt: random.time())
    }
  }

  private mutating func backoff() -> BackoffState {
    BackoffState(since: time(), failures: count(), nextAt: time())
  }

  private mutating func fingerprint() -> Fingerprint {
    Sample.fingerprint(.random(in: 0...255, using: &self))
  }

  private mutating func time() -> WallTime {
    WallTime(millisecondsSinceEpoch: Int64(bitPattern: next()))
  }

  private mutating func count() -> Int { Int.random(in: 0...1_000_000, using: &self) }

  private mutating func text() -> String {
    ["", "jira-cloud", "Schlüssel 🔑", "it's \"quoted\"\n", "a\0b"].randomElement(using: &self) ?? ""
  }

  private mutating func one<Value: CaseIterable>() -> Value {
    guard let value = Value.allCases.randomElement(using: &self) else {
      preconditionFailure("an enumeration has cases")
    }
    return value
  }

  private mutating func maybe<Value>(_ make: (inout Self) -> Value) -> Value? {
    Bool.random(using: &self) ? make(&self) : nil
  }

  private mutating func list<Value>(upTo most: Int, _ make: (inout Self) -> Value) -> [Value] {
    (0..<Int.random(in: 0...most, using: &self)).map { _ in make(&self) }
  }
}
