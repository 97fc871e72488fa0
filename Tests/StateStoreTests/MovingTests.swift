import Foundation
import RotationEngine
import SecretMemory
import Testing

@testable import StateStore

/// A state that is moved to another store and back is the same.
@Suite struct MovingTests {
  private static let key = SecretBytes(copying: [UInt8](repeating: 9, count: 32))

  /// Records of every shape, and attempts of every outcome, some at one time.
  private func content(seed: UInt64) -> StateContent {
    var random = RecordGenerator(seed: seed)
    let keys = (1...150).map { CredentialKey(connection: $0 % 3, id: $0) }
    var attempts: [Attempt] = []
    for index in 0..<700 {
      var attempt = Sample.attempt(of: keys[index % keys.count])
      attempt.name = "attempt \(index)"
      attempt.number = Int64(index)
      attempt.at = WallTime(
        millisecondsSinceEpoch: noon.millisecondsSinceEpoch + Int64(index / 7) * 1_000)
      if index % 5 != 0 {
        attempt.finishedAt = attempt.at + .seconds(Int64(index % 3))
        attempt.outcome = index % 2 == 0 ? .accepted : .failed(random.error())
      }
      attempts.append(attempt)
    }
    return StateContent(records: keys.map { random.record($0) }, attempts: attempts)
  }

  private func text(_ content: StateContent) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    return try encoder.encode(StateDocument(content, url: acme, key: [1, 2, 255]))
  }

  private func read(_ text: Data) throws -> StateContent {
    try JSONDecoder().decode(StateDocument.self, from: text).content()
  }

  @Test(arguments: [1, 2, 3])
  func `from SQLite to etcd and back nothing is lost`(seed: UInt64) throws {
    let place = try Place()
    let first = try place.open(.replacement)
    try first.replace(with: content(seed: seed), key: nil)
    let exported = try text(first.content())
    #expect(try exported == text(content(seed: seed)))

    let cluster = try SharedEtcd.open(place, acme)
    #expect(try cluster.isVacant())
    try cluster.replace(with: read(exported), key: nil)
    #expect(try !cluster.isVacant())
    #expect(try text(cluster.content()) == exported)
    let shared = try SharedEtcd.open(place, acme)
    #expect(try shared.records().allSatisfy { $0.revision == 1 })
    #expect(try shared.unfinishedAttempts().count == 140)
    // Newest first, however many came to be at once.
    let newest = try shared.history(keys: nil, limit: 10).map(\.name)
    #expect(newest == (690...699).reversed().map { "attempt \($0)" })

    let other = try Place()
    let last = try other.open(.replacement)
    try last.replace(with: read(text(shared.content())), key: nil)
    #expect(try text(last.content()) == exported)
    #expect(try last.history(keys: nil, limit: 10).map(\.name) == newest)
    #expect(try last.totals() == [])
  }

  @Test func `what is replaced is gone, and another instance's is not`() throws {
    let place = try Place()
    try place.fill()
    let state = try place.open(.replacement, instance: "https://other.getdx.net")
    try state.save(Sample.accepted)
    try state.use(instance: acme)
    let new = content(seed: 4)
    for _ in 0..<2 {
      try state.replace(with: new, key: nil)
      #expect(try text(state.content()) == text(new))
    }
    try state.use(instance: "https://other.getdx.net")
    #expect(try state.records().map(\.key) == [Sample.key])
    try state.use(instance: acme)
    try state.replace(with: StateContent(records: [], attempts: []), key: nil)
    #expect(try state.isVacant())
  }

  @Test func `in etcd too`() throws {
    let place = try Place()
    let state = try SharedEtcd.open(place, acme)
    for seed in [5, 6] {
      try state.replace(with: content(seed: UInt64(seed)), key: nil)
      #expect(try text(state.content()) == text(content(seed: UInt64(seed))))
    }
    // Numbers go on behind those of the import.
    let node = try SharedEtcd.open(place, acme)
    let last = try node.history(keys: nil, limit: nil).map(\.number).max() ?? 0
    #expect(try node.begin(Sample.attempt) > last)
  }

  @Test func `the key of the fingerprints is replaced with what was made with it`() throws {
    let place = try Place()
    try place.fill()
    let before = try place.bytes(place.key)
    do {
      let state = try place.open(.replacement)
      try state.replace(with: content(seed: 7), key: Self.key)
    }
    let after = try place.bytes(place.key)
    #expect(before != after)
    do {
      let state = try place.open()
      #expect(state.opening == .existing)
      #expect(try same(state.fingerprintKey(), Self.key))
    }

    // The process died before the key's file took its name.
    try place.write(after, to: place.key + ".next")
    try place.write(before, to: place.key)
    do {
      let state = try place.open()
      #expect(state.opening == .existing)
      #expect(try same(state.fingerprintKey(), Self.key))
      #expect(try text(state.content()) == text(content(seed: 7)))
    }
    // Or before the database was written.
    try place.write(before, to: place.key + ".next")
    #expect(try same(place.open().fingerprintKey(), Self.key))
    #expect(try place.names().filter { $0.contains("next") } == [])
  }

  @Test func `a key that another instance's records were made with stays`() throws {
    let place = try Place()
    try place.fill()
    let state = try place.open(.replacement, instance: "https://other.getdx.net")
    #expect {
      try state.replace(with: content(seed: 8), key: Self.key)
    } throws: { error in
      if case .unwritable = error as? StateError { true } else { false }
    }
    #expect(try state.isVacant())
    try state.use(instance: acme)
    #expect(try state.records().count == 1)
  }

  @Test func `nobody is beside a replacement`() throws {
    let place = try Place()
    try place.fill()
    for access in [SQLiteState.Access.daemon, .command] {
      let other = try place.open(access)
      #expect(throws: StateError.self) { try place.open(.replacement) }
      withExtendedLifetime(other) {}
    }
    let replacement = try place.open(.replacement)
    for access in [SQLiteState.Access.daemon, .command] {
      #expect(throws: StateError.self) { try place.open(access) }
    }
    withExtendedLifetime(replacement) {}
  }

  @Test func `what is no such document is refused with a reason`() throws {
    let good = String(decoding: try text(content(seed: 9)), as: UTF8.self)
    let problems = [
      ("\"version\" : 1", "\"version\" : 2", "version 2"),
      ("\"format\" : \"dx-rotated state\"", "\"format\" : \"\"", "no document"),
      ("\"url\"", "\"extra\" : 1, \"url\"", "no field extra"),
      ("\"refusals\"", "\"extra\" : 1, \"refusals\"", "no field extra"),
      ("\"first_read_at\"", "\"firstReadAt\"", "no field firstReadAt"),
      ("\"recent_sends\" : \"", "\"recent_sends\" : \"x", "recent_sends"),
      ("\"accepted_fingerprint\" : \"", "\"accepted_fingerprint\" : \"0", "accepted_fingerprint"),
      ("\"ordinal\" : 1", "\"ordinal\" : \"1\"", "ordinal"),
      ("\"ordinal\" : 1", "\"number\" : 1, \"ordinal\" : 1", "no field number"),
      ("\"reason\" : \"changed\"", "\"reason\" : \"because\"", "reason"),
    ]
    for (found, put, reason) in problems {
      let place = try #require(good.range(of: found), "\(found)")
      let bad = good.replacingCharacters(in: place, with: put)
      #expect("\(reason)") {
        _ = try read(Data(bad.utf8))
      } throws: { error in
        (error as? StateDocumentProblem)?.description.contains(reason) == true
      }
    }
    #expect(throws: (any Error).self) { try read(Data(good.utf8.dropLast(10))) }
    var twice = try JSONDecoder().decode(StateDocument.self, from: Data(good.utf8))
    twice.credentials.append(twice.credentials[0])
    #expect(throws: StateDocumentProblem.self) { try twice.content() }
  }

  private func same(_ one: SecretBytes, _ other: SecretBytes) -> Bool {
    one.withUnsafeBytes { one in other.withUnsafeBytes { one.elementsEqual($0) } }
  }
}
