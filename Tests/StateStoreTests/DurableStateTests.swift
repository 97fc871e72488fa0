import RotationEngine
import SecretMemory
import Testing

@testable import StateStore

/// A store that has to pass the tests below: give it a name and a way to open it.
struct Implementation: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// Opens the state of an instance at a place; several may be open at once.
  let open: @Sendable (Place, _ instance: String) throws -> any DurableState

  static let all = [
    Implementation(testDescription: "SQLite") { try $0.open(.command, instance: $1) },
    Implementation(testDescription: "etcd") { try SharedEtcd.open($0, $1) },
  ]
}

@Suite struct DurableStateTests {
  @Test(arguments: Implementation.all)
  func `records of every shape come back equal`(store: Implementation) throws {
    let place = try Place()
    var random = RecordGenerator(seed: 1)
    var expected: [CredentialRecord] = []
    var instance = InstanceRecord()
    for round in 1...20 {
      let state = try store.open(place, acme)
      instance = random.instance()
      expected = (1...20).map { random.record(CredentialKey(connection: $0 % 3, id: $0)) }
        .sorted { $0.key < $1.key }
      try state.transaction { () throws(StateError) in
        try state.save(instance)
        for index in expected.indices {
          expected[index].revision = try state.save(expected[index])
        }
      }
      #expect(expected.allSatisfy { $0.revision == round })
      let reopened = try store.open(place, acme)
      #expect(try reopened.records() == expected)
      #expect(try reopened.record(for: expected[7].key) == expected[7])
      #expect(try reopened.instance() == instance)
    }
  }

  @Test(arguments: Implementation.all)
  func `nothing is known of what was never stored`(store: Implementation) throws {
    let place = try Place()
    defer { withExtendedLifetime(place) {} }
    let state = try store.open(place, acme)
    #expect(try state.records() == [])
    #expect(try state.record(for: Sample.key) == nil)
    #expect(try state.instance() == InstanceRecord())
    #expect(try state.unfinishedAttempts() == [])
    #expect(try state.history(keys: nil, limit: nil) == [])
    #expect(try state.totals() == [])
  }

  @Test(arguments: Implementation.all)
  func `each instance has a state of its own`(store: Implementation) throws {
    let place = try Place()
    let state = try store.open(place, acme)
    try state.save(Sample.accepted)
    _ = try state.begin(Sample.attempt)
    try state.use(instance: "https://other.getdx.net")
    #expect(try state.records() == [])
    #expect(try state.history(keys: [Sample.key], limit: nil) == [])
    #expect(try state.claim(Sample.key))
    #expect(try store.open(place, acme).claim(Sample.key))
    try state.use(instance: acme)
    #expect(try state.records().map(\.key) == [Sample.key])
  }

  @Test(arguments: Implementation.all)
  func `a transaction that fails leaves nothing`(store: Implementation) throws {
    let place = try Place()
    defer { withExtendedLifetime(place) {} }
    let state = try store.open(place, acme)
    try state.save(Sample.accepted)
    let failure = StateError.failed(path: "here", reason: "because")
    #expect(throws: failure) {
      try state.transaction { () throws(StateError) in
        _ = try state.begin(Sample.attempt)
        try state.transaction { () throws(StateError) in
          var record = Sample.accepted
          record.name = "renamed"
          try state.save(record)
        }
        throw failure
      }
    }
    #expect(try state.records().map(\.name) == ["jira-cloud"])
    #expect(try state.unfinishedAttempts() == [])
    try state.transaction { () throws(StateError) in _ = try state.begin(Sample.attempt) }
    #expect(try state.unfinishedAttempts().count == 1)
  }

  @Test(arguments: Implementation.all)
  func `another sees a transaction only when it is whole`(store: Implementation) throws {
    let place = try Place()
    let state = try store.open(place, acme)
    let other = try store.open(place, acme)
    try state.transaction { () throws(StateError) in
      try state.save(Sample.accepted)
      #expect(try other.records() == [])
    }
    #expect(try other.records().count == 1)
  }

  @Test(arguments: Implementation.all)
  func `attempts without an outcome outlive the process`(store: Implementation) throws {
    let place = try Place()
    var expected: [Attempt] = []
    do {
      let state = try store.open(place, acme)
      for reason in Attempt.Reason.allCases {
        var attempt = Sample.attempt
        attempt.reason = reason
        attempt.number = try state.begin(attempt)
        expected.append(attempt)
      }
    }
    let state = try store.open(place, acme)
    #expect(try state.unfinishedAttempts() == expected)
    #expect(zip(expected, expected.dropFirst()).allSatisfy { $0.number < $1.number })
    try state.finish(expected[0].number, .accepted, at: noon + .seconds(2))
    #expect(try state.unfinishedAttempts() == Array(expected.dropFirst()))
  }

  @Test(arguments: Implementation.all)
  func `history tells every outcome, newest first`(store: Implementation) throws {
    let place = try Place()
    let state = try store.open(place, acme)
    var random = RecordGenerator(seed: 2)
    let outcomes = [Attempt.Outcome.accepted] + (0..<20).map { _ in .failed(random.error()) }
    let keys = [
      Sample.key, CredentialKey(connection: 1, id: 1), CredentialKey(connection: 1, id: 2),
    ]
    var expected: [Attempt] = []
    for (index, outcome) in outcomes.enumerated() {
      var attempt = Sample.attempt(of: keys[index % 3])
      attempt.number = try state.begin(attempt)
      attempt.finishedAt = noon + .seconds(Int64(index))
      attempt.outcome = outcome
      try state.finish(attempt.number, outcome, at: noon + .seconds(Int64(index)))
      expected.insert(attempt, at: 0)
    }
    let reopened = try store.open(place, acme)
    #expect(try reopened.history(keys: nil, limit: nil) == expected)
    #expect(try reopened.history(keys: nil, limit: 4) == Array(expected.prefix(4)))
    #expect(try reopened.history(keys: nil, limit: 0) == [])
    let two = expected.filter { $0.key != keys[0] }
    let doubled = [keys[1], keys[2], keys[1]]
    #expect(try reopened.history(keys: doubled, limit: nil) == two)
    #expect(try reopened.history(keys: doubled, limit: 5) == Array(two.prefix(5)))
    #expect(try reopened.history(keys: [], limit: nil) == [])
  }

  @Test(arguments: Implementation.all)
  func `history keeps the newest of each credential, and what is unfinished`(
    store: Implementation
  ) throws {
    let place = try Place()
    defer { withExtendedLifetime(place) {} }
    let state = try store.open(place, acme)
    let kept = SQLiteState.keptAttempts
    let quiet = CredentialKey(connection: 1, id: 1)
    try state.transaction { () throws(StateError) in
      try state.finish(try state.begin(Sample.attempt(of: quiet)), .accepted, at: noon)
      _ = try state.begin(Sample.attempt)
      for _ in 0..<kept + 50 {
        try state.finish(try state.begin(Sample.attempt), .accepted, at: noon)
      }
    }
    #expect(try state.history(keys: [quiet], limit: nil).count == 1)
    let busy = try state.history(keys: [Sample.key], limit: nil)
    #expect(busy.count == kept + 1)
    #expect(busy.first?.number == Int64(kept + 52))
    #expect(busy.last?.outcome == nil)
    #expect(
      try state.totals() == [Total(name: "attempts", label: "accepted", value: Int64(kept + 51))])
  }

  @Test(arguments: Implementation.all)
  func `an attempt ends once`(store: Implementation) throws {
    let place = try Place()
    defer { withExtendedLifetime(place) {} }
    let state = try store.open(place, acme)
    let number = try state.begin(Sample.attempt)
    try state.finish(number, .failed(Sample.failure), at: noon)
    try state.finish(number, .accepted, at: noon + .seconds(1))
    try state.finish(number + 1, .accepted, at: noon)
    #expect(try state.history(keys: nil, limit: nil).map(\.outcome) == [.failed(Sample.failure)])
    #expect(
      try state.totals() == [Total(name: "attempts", label: "verification", value: 1)])
  }

  @Test(arguments: Implementation.all)
  func `totals add up over restarts`(store: Implementation) throws {
    let place = try Place()
    for _ in 0..<3 {
      let state = try store.open(place, acme)
      try state.count("alerts", label: "slack", by: 2)
      try state.count("alerts", label: "", by: 1)
    }
    #expect(
      try store.open(place, acme).totals() == [
        Total(name: "alerts", label: "", value: 3), Total(name: "alerts", label: "slack", value: 6),
      ])
  }

  @Test(arguments: Implementation.all)
  func `one credential has one owner at a time`(store: Implementation) throws {
    let place = try Place()
    let one = try store.open(place, acme)
    var two: (any DurableState)? = try store.open(place, acme)
    let neighbour = CredentialKey(connection: Sample.key.connection, id: Sample.key.id + 1)
    #expect(try one.claim(Sample.key))
    #expect(try one.claim(Sample.key))
    #expect(try two?.claim(Sample.key) == false)
    #expect(try two?.claim(neighbour) == true)
    one.release(Sample.key)
    #expect(try two?.claim(Sample.key) == true)
    #expect(try one.claim(Sample.key) == false)
    two = nil
    #expect(try one.claim(Sample.key))
    #expect(try one.claim(neighbour))
  }

  @Test(arguments: Implementation.all)
  func `fingerprints keep their key`(store: Implementation) throws {
    let bytes = { (state: any DurableState) in
      try state.fingerprintKey().withUnsafeBytes { Array($0) }
    }
    let place = try Place()
    let key = try bytes(store.open(place, acme))
    #expect(key.count == 32)
    #expect(try bytes(store.open(place, acme)) == key)
    #expect(try bytes(store.open(Place(), acme)) != key)
  }
}
