import RotationEngine
import SecretMemory
import StateStore
import Testing

@testable import ClusterState

/// Several nodes at one state.
@Suite struct SharingTests {
  let place: Place

  init() throws { place = try Place() }

  @Test func `a record that another stored in between is not overwritten`() throws {
    let one = try place.node("host-a")
    let other = try place.node("host-b")
    try one.save(Sample.record(name: "first"))
    #expect(try other.records().count == 1)
    try one.save(Sample.record(name: "second"))
    #expect(throws: StateError.outdated(Sample.key)) {
      try other.transaction { () throws(StateError) in
        try other.save(Sample.record(name: "third"))
        try other.count("saves", label: "", by: 1)
      }
    }
    #expect(try one.records().map(\.name) == ["second"])
    #expect(try one.totals() == [])
    // Now it knows, and says it by the revision.
    var record = Sample.record(name: "third")
    record.revision = 1
    #expect(try other.save(record) == 3)
    #expect(try one.record(for: Sample.key)?.name == "third")
  }

  @Test func `a transaction of any size is stored`() throws {
    let node = try place.node()
    let records = (1...400).map {
      Sample.record(
        CredentialKey(connection: $0 % 7, id: $0), name: String(repeating: "n", count: 9_000))
    }.sorted { $0.key < $1.key }
    try node.transaction { () throws(StateError) in
      for record in records {
        try node.save(record)
        try node.finish(try node.begin(Sample.attempt(record.key)), .accepted, at: noon)
      }
      for record in records.prefix(150) { _ = try node.begin(Sample.attempt(record.key)) }
    }
    let reader = try place.reader()
    #expect(try reader.records().map(\.key) == records.map(\.key))
    #expect(try reader.records().allSatisfy { $0.revision == 1 })
    #expect(try reader.unfinishedAttempts().count == 150)
    #expect(try reader.history(keys: nil, limit: nil).count == 550)
    #expect(try reader.history(keys: nil, limit: 10).count == 10)
    #expect(try reader.totals() == [Total(name: "attempts", label: "accepted", value: 400)])
  }

  @Test func `where one of several commits fails, the whole can be repeated`() throws {
    let node = try place.node("host-a")
    let other = try place.node("host-b")
    let keys = (1...200).map { CredentialKey(connection: 1, id: $0) }
    let last = try #require(keys.last)
    #expect(try node.records() == [])
    try other.save(Sample.record(last, name: "by the other"))
    node.known[node.keys.record(last)] = EtcdState.Known()
    let store = { () throws(StateError) in
      try node.transaction { () throws(StateError) in
        _ = try node.begin(Sample.attempt())
        for key in keys.dropLast() { #expect(try node.save(Sample.record(key)) == 1) }
        try node.save(Sample.record(last))
      }
    }
    #expect(throws: StateError.outdated(last)) { try store() }
    #expect(try place.reader().unfinishedAttempts() == [])
    try store()
    let reader = try place.reader()
    #expect(try reader.unfinishedAttempts().count == 1)
    #expect(try reader.records().map(\.revision) == [Int64](repeating: 1, count: 199) + [2])
  }

  @Test func `totals of nodes add up, also of two objects of one node`() throws {
    let nodes = try ["host-a", "host-a", "host-b"].map { try place.node($0) }
    for _ in 0..<3 {
      for node in nodes { try node.count("alerts", label: "slack", by: 1) }
    }
    #expect(
      try place.reader().totals() == [Total(name: "alerts", label: "slack", value: 9)])
  }

  @Test func `numbers of attempts are never given twice`() throws {
    let nodes = try (0..<3).map { _ in try place.node() }
    var numbers: [Int64] = []
    for _ in 0..<70 {
      for node in nodes { numbers.append(try node.begin(Sample.attempt())) }
    }
    #expect(Set(numbers).count == numbers.count)
  }

  @Test func `changes are what was stored since`() throws {
    let node = try place.node()
    let keys = (1...3).map { CredentialKey(connection: 1, id: $0) }
    for key in keys { try node.save(Sample.record(key)) }
    let reader = try place.reader()
    let all = try reader.changes(since: 0)
    #expect(all.records.map(\.key) == keys)
    #expect(try reader.changes(since: all.revision).records == [])
    try node.save(Sample.record(keys[1], name: "renamed"))
    let changes = try reader.changes(since: all.revision)
    #expect(changes.records.map(\.name) == ["renamed"])
    #expect(changes.revision > all.revision)
  }

  @Test func `a node with another key is refused`() throws {
    try place.node().save(Sample.record())
    var stranger = place
    stranger.key = SecretBytes(copying: [UInt8](repeating: 8, count: 32))
    let refusal = StateError.anotherKey(path: place.prefix)
    #expect(throws: refusal) { try stranger.node().records() }
    #expect(throws: refusal) { try stranger.reader().records() }
    #expect(throws: refusal) { try stranger.node().claim(Sample.key) }
    #expect(refusal.description.contains(place.prefix))
    #expect(try place.reader().records().count == 1)
  }

  @Test func `no value in etcd tells the key`() throws {
    var place = place
    let bytes = (0..<32).map { UInt8($0 * 7 + 1) }
    place.key = SecretBytes(copying: bytes)
    try place.node().save(Sample.record())
    for value in try place.client().all(place.prefix).values {
      #expect(!value.value.indices.contains { value.value[$0...].starts(with: bytes.prefix(8)) })
    }
  }

  @Test(arguments: ["record", "key"])
  func `what a newer version wrote is refused and left alone`(what: String) throws {
    let node = try place.node()
    try node.save(Sample.record())
    let path = what == "key" ? node.keys.identification : node.keys.record(Sample.key)
    var value = try #require(try node.client.range(EtcdRange(key: path)).values.first).value
    value[0] += 1
    _ = try node.client.transact(EtcdTransaction(then: [.put(key: path, value: value)]))
    let reader = try place.reader()
    #expect(throws: StateError.newer(path: path, found: 2, known: 1)) { try reader.records() }
    #expect(throws: StateError.self) { try place.node().save(Sample.record(name: "other")) }
    #expect(try node.client.range(EtcdRange(key: path)).values.first?.value == value)
  }
}
