import EtcdFixture
import RotationEngine
import StateStore
import Synchronization
import Testing

@testable import ClusterState

/// What is asked twice because the first answer was lost is done once.
@Suite struct LostAnswerTests {
  let gateway: Gateway
  let place: Place
  let direct: Place

  init() throws {
    let cluster = try Place.shared.get()
    gateway = try Gateway(to: try #require(cluster.members.first))
    place = Place([gateway.endpoint])
    direct = place.at(cluster.endpoints)
  }

  @Test func `every first answer is lost`() throws {
    gateway.loses = { _, number in number % 2 == 1 }
    let node = try place.node()
    #expect(try node.claim(Sample.key))
    for round in 1...5 {
      let number = try node.transaction { () throws(StateError) in
        #expect(try node.save(Sample.record()) == Int64(round))
        return try node.begin(Sample.attempt())
      }
      try node.finish(number, .accepted, at: noon)
      try node.count("alerts", label: "", by: 1)
    }
    #expect(gateway.lostAnswers > 15)
    let reader = try direct.reader()
    #expect(try reader.records().map(\.revision) == [5])
    #expect(try reader.history(keys: nil, limit: nil).count == 5)
    #expect(try reader.unfinishedAttempts() == [])
    #expect(
      try reader.totals() == [
        Total(name: "alerts", label: "", value: 5),
        Total(name: "attempts", label: "accepted", value: 5),
      ])
    node.release(Sample.key)
    #expect(try direct.node("host-b").claim(Sample.key))
  }

  @Test func `a commit whose answers are all lost is known by the next call`() throws {
    let node = try place.node(client: place.client(timeout: .milliseconds(500)))
    #expect(try node.claim(Sample.key))
    let number = try node.begin(Sample.attempt())
    let isLosing = Switch()
    gateway.loses = { path, _ in path == "kv/txn" && isLosing.isOn }
    isLosing.isOn = true
    let turn = { () throws(StateError) in
      try node.transaction { () throws(StateError) in
        #expect(try node.save(Sample.record()) == 1)
        try node.finish(number, .accepted, at: noon)
        return try node.begin(Sample.attempt())
      }
    }
    #expect {
      _ = try turn()
    } throws: { error in
      if case .unreachable = error as? StateError { true } else { false }
    }
    isLosing.isOn = false
    // It was stored; what began in it was never sent, and is not found.
    let next = try turn()
    let reader = try direct.reader()
    #expect(try reader.unfinishedAttempts().map(\.number) == [next])
    #expect(try reader.records().map(\.revision) == [1])
    #expect(try reader.history(keys: nil, limit: nil).map(\.number) == [next, number])
    #expect(try reader.totals().map(\.value) == [1])
    try node.finish(next, .accepted, at: noon)
    #expect(try reader.totals().map(\.value) == [2])
  }

  @Test func `a claim whose answers are all lost is given up`() throws {
    let node = try place.node(client: place.client(timeout: .milliseconds(500)))
    try node.verify()
    let isLosing = Switch()
    gateway.loses = { path, _ in path == "kv/txn" && isLosing.isOn }
    isLosing.isOn = true
    #expect(throws: StateError.self) { try node.claim(Sample.key) }
    isLosing.isOn = false
    let other = try direct.node("host-b")
    #expect(try !other.claim(Sample.key))
    #expect(try node.claim(CredentialKey(connection: 1, id: 1)))
    #expect(try other.claim(Sample.key))
  }

  @Test func `pages whose revision was compacted away are read anew`() throws {
    let node = try direct.node()
    let keys = (1...700).map { CredentialKey(connection: 1, id: $0) }
    try node.transaction { () throws(StateError) in
      for key in keys { try node.save(Sample.record(key)) }
    }
    let member = try #require(try Place.shared.get().members.first)
    let direct = direct
    gateway.before = { path, number in
      // After the first page; reading the key of fingerprints is the first question.
      guard path == "kv/range", number == 3, let other = try? direct.node("host-b"),
        let revision = try? other.changes(since: 0).revision
      else { return }
      _ = try? other.save(Sample.record(keys[0]))
      _ = try? member.ask("kv/compaction", #"{"revision":"\#(revision + 1)"}"#)
    }
    #expect(try place.reader().records().map(\.revision) == [2] + [Int64](repeating: 1, count: 699))
  }
}

/// Something a test turns on and off.
final class Switch: Sendable {
  // A gateway's threads ask it while a test sets it: a request that was given up may still be under way.
  private let state = Atomic(false)

  var isOn: Bool {
    get { state.load(ordering: .acquiring) }
    set { state.store(newValue, ordering: .releasing) }
  }
}
