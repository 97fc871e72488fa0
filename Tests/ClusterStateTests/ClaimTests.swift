import RotationEngine
import StateStore
import Testing

@testable import ClusterState

/// Two nodes never work on one credential, and one that was overtaken writes nothing.
@Suite struct ClaimTests {
  let place: Place

  init() throws { place = try Place() }

  @Test func `a claim ends with the lease of its node`() throws {
    let gone = try place.node("host-a", seconds: 1)
    let heir = try place.node("host-b")
    #expect(try gone.claim(Sample.key))
    #expect(try heir.claimants() == [Sample.key: "host-a"])
    try until("the lease ends") { try heir.claim(Sample.key) }
    #expect(try heir.claimants() == [Sample.key: "host-b"])
    #expect(try !gone.claim(Sample.key))
  }

  @Test func `a node that was overtaken writes nothing`() throws {
    let zombie = try place.node("host-a")
    let heir = try place.node("host-b")
    #expect(try zombie.claim(Sample.key))
    try zombie.save(Sample.record())
    let number = try zombie.begin(Sample.attempt())

    try zombie.loseLease()
    zombie.lease = try place.node("host-a").lease
    #expect(try heir.claim(Sample.key))
    #expect(try heir.unfinishedAttempts().map(\.number) == [number])
    try heir.finish(number, .failed(LastError(at: noon, kind: .interrupted)), at: noon)
    #expect(try heir.records().count == 1)
    try heir.save(Sample.record(name: "by the heir"))

    let superseded = StateError.superseded(Sample.key)
    #expect(throws: superseded) { try zombie.finish(number, .accepted, at: noon) }
    #expect(throws: superseded) { try zombie.save(Sample.record(name: "by the zombie")) }
    #expect(throws: superseded) { try zombie.begin(Sample.attempt()) }
    #expect(try !zombie.claim(Sample.key))
    zombie.release(Sample.key)
    #expect(throws: superseded) { try zombie.finish(number, .accepted, at: noon) }
    heir.release(Sample.key)
    // Its new claim is not the one under which it sent.
    #expect(try zombie.claim(Sample.key))
    #expect(throws: superseded) { try zombie.finish(number, .accepted, at: noon) }

    let reader = try place.reader()
    #expect(try reader.history(keys: nil, limit: nil).map(\.outcome?.name) == ["interrupted"])
    #expect(try reader.records().map(\.name) == ["by the heir"])
    #expect(
      try reader.totals() == [Total(name: "attempts", label: "interrupted", value: 1)])
  }

  @Test func `a node that knows nothing of its end is refused all the same`() throws {
    let zombie = try place.node("host-a")
    #expect(try zombie.claim(Sample.key))
    let number = try zombie.begin(Sample.attempt())
    try zombie.loseLease()
    let superseded = StateError.superseded(Sample.key)
    #expect(throws: superseded) { try zombie.finish(number, .accepted, at: noon) }
    #expect(throws: superseded) { try zombie.begin(Sample.attempt()) }
    #expect(throws: StateError.self) { try zombie.count("alerts", label: "", by: 1) }
    #expect(throws: StateError.self) { try zombie.claim(Sample.key) }
    #expect(try place.reader().unfinishedAttempts().map(\.number) == [number])
  }

  @Test func `a claim that another took in between is not the own one`() throws {
    let zombie = try place.node("host-a")
    #expect(try zombie.claim(Sample.key))
    let number = try zombie.begin(Sample.attempt())
    // Without the lease: as if it had lapsed and been taken over between two calls.
    let claim = zombie.keys.claim(Sample.key)
    _ = try zombie.client.transact(EtcdTransaction(then: [.delete(key: claim)]))
    let heir = try place.node("host-b")
    #expect(try heir.claim(Sample.key))
    #expect(throws: StateError.superseded(Sample.key)) {
      try zombie.finish(number, .accepted, at: noon)
    }
    zombie.release(Sample.key)
    #expect(try place.reader().claimants() == [Sample.key: "host-b"])
  }

  @Test func `a claim is released with what is written`() throws {
    let one = try place.node("host-a")
    #expect(try one.claim(Sample.key))
    let number = try one.begin(Sample.attempt())
    try one.transaction { () throws(StateError) in
      try one.finish(number, .accepted, at: noon)
      one.release(Sample.key)
    }
    let other = try place.node("host-b")
    #expect(try other.claim(Sample.key))
    // It is not the other's claim that it gives up.
    one.release(Sample.key)
    #expect(try other.claimants() == [Sample.key: "host-b"])
  }

  @Test func `what only reads claims and stores nothing`() throws {
    let reader = try place.reader()
    #expect(try reader.records() == [])
    #expect(throws: StateError.self) { try reader.claim(Sample.key) }
    #expect(throws: StateError.self) { try reader.save(Sample.record()) }
    #expect(try reader.client.all(place.prefix).values.isEmpty)
  }
}
