import EtcdFixture
import Foundation
import RotationEngine
import Testing

@testable import ClusterState

/// What a node is told of its lease.
@Suite struct LeaseKeeperTests {
  private func keeper(
    _ cluster: EtcdCluster, seconds: Int64 = 2, _ events: Events
  ) throws -> LeaseKeeper {
    let client = try EtcdClient(EtcdOptions(endpoints: cluster.endpoints, timeout: .seconds(1)))
    return LeaseKeeper(client: client, seconds: seconds) { events.add($0) }
  }

  @Test func `a lease is renewed, and lasts longer than it would`() throws {
    let cluster = try Place.shared.get()
    let events = Events()
    let keeper = try keeper(cluster, events)
    let asked = SteadyClock.now
    let first = try keeper.begin()
    #expect(first.validUntil < SteadyClock.now + .seconds(2))
    #expect(first.validUntil >= asked + .milliseconds(1_800))
    let later = try events.next { if case .renewed(let lease) = $0 { lease } else { nil } }
    #expect(later.id == first.id)
    #expect(later.validUntil > first.validUntil)
    // Longer than one that nobody renews.
    try until("time passes") { SteadyClock.now > asked + .seconds(4) }
    #expect(try cluster.ask("lease/timetolive", #"{"ID":"\#(first.id)"}"#).contains(#""TTL":""#))
    keeper.stop()
    try until("it is given back") { try cluster.leases().contains(first.id) == false }
    #expect(!events.all.contains { if case .lost = $0 { true } else { false } })
  }

  @Test func `a lease that etcd ended is told, and replaced`() throws {
    let cluster = try Place.shared.get()
    let events = Events()
    let keeper = try keeper(cluster, events)
    let first = try keeper.begin()
    try cluster.ask("lease/revoke", #"{"ID":"\#(first.id)"}"#)
    _ = try events.next { if case .lost(let reason) = $0 { reason } else { nil } }
    let second = try events.next {
      if case .granted(let lease) = $0, lease != first { lease } else { nil }
    }
    #expect(second.id != first.id)
    #expect(second.validUntil > SteadyClock.now)
    keeper.stop()
  }

  @Test func `a lease is lost before etcd can have ended it`() throws {
    let cluster = try EtcdCluster()
    let events = Events()
    let keeper = try keeper(cluster, seconds: 3, events)
    let first = try keeper.begin()
    let member = try #require(cluster.members.first)
    member.stop()
    _ = try events.next { if case .lost(let reason) = $0 { reason } else { nil } }
    member.resume()
    // As soon as etcd can be asked again: another lease, and nothing of the first is left.
    let second = try events.next {
      if case .granted(let lease) = $0, lease != first { lease } else { nil }
    }
    #expect(second.id != first.id)
    try until("the first has ended") { try !cluster.leases().contains(first.id) }
    keeper.stop()
  }

  @Test func `nobody there is told at once`() throws {
    let events = Events()
    let client = try EtcdClient(
      EtcdOptions(endpoints: ["http://127.0.0.1:1"], timeout: .milliseconds(200)))
    let keeper = LeaseKeeper(client: client, seconds: 2) { events.add($0) }
    #expect(throws: EtcdError.self) { try keeper.begin() }
    keeper.stop()
  }
}

extension EtcdCluster {
  /// The leases there are.
  func leases() throws -> [Int64] {
    struct Answer: Decodable {
      struct Lease: Decodable { var ID: String }
      var leases: [Lease]?
    }
    let answer = try JSONDecoder().decode(
      Answer.self, from: Data(try ask("lease/leases", "{}").utf8))
    return answer.leases?.compactMap { Int64($0.ID) } ?? []
  }
}

/// What a keeper told, in order.
private final class Events: @unchecked Sendable {
  // Guarded by `lock`.
  private let lock = NSLock()
  private var told: [LeaseKeeper.Event] = []

  func add(_ event: LeaseKeeper.Event) { lock.withLock { told.append(event) } }

  var all: [LeaseKeeper.Event] { lock.withLock { told } }

  /// Waits for one of a kind.
  func next<Value>(_ pick: (LeaseKeeper.Event) -> Value?) throws -> Value {
    var found: Value?
    try until("the keeper tells") {
      found = all.lazy.compactMap(pick).first
      return found != nil
    }
    return try #require(found)
  }
}
