import ClusterSharing
import EtcdFixture
import Foundation
import RotationEngine
import SecretMemory
import StateStore
import Testing

@testable import ClusterState

/// A request that is done long after its sender has given it up harms nothing that was done since.
@Suite struct LateRequestTests {
  let gateway: Gateway
  /// Reached through the gateway, with little patience.
  let slow: Place
  let direct: Place
  let late = LateRequest()
  let claim = Sample.key

  init() throws {
    let cluster = try Place.shared.get()
    gateway = try Gateway(to: try #require(cluster.members.first))
    slow = Place([gateway.endpoint])
    direct = slow.at(cluster.endpoints)
    gateway.before = late.before
    gateway.after = late.after
  }

  private func requests(_ place: Place, timeout: TimeSpan = .seconds(20)) throws
    -> MembershipRequests
  {
    MembershipRequests(
      client: try place.client(timeout: timeout),
      keys: ClusterKeys(prefix: place.prefix, instance: acme), node: NodeName("host-a"),
      lease: .seconds(600),
      identification: KeyIdentification.bytes(of: place.key) ?? [])
  }

  private var value: MemberValue {
    MemberValue(
      version: "1", since: noon, ClusterMember(name: NodeName("host-a"), configured: [claim]),
      digest: 1)
  }

  private func claims() throws -> [String] {
    try direct.client().all(ClusterKeys(prefix: slow.prefix, instance: acme).claims).values
      .map { String(decoding: $0.value, as: UTF8.self) }
  }

  @Test func `a release that comes late does not end the claim that was taken since`() throws {
    let near = try requests(direct)
    let far = try requests(slow, timeout: .milliseconds(500))
    let place = try wait { near.join(value, pages: [], $0) }.get()
    let first = try #require(try wait { near.take([claim], under: place, $0) })

    late.holdNext()
    #expect(try !wait { far.release(first, $0) })
    #expect(try wait { near.release(first, $0) })
    let second = try #require(try wait { near.take([claim], under: place, $0) })
    #expect(second != first)
    late.letGo()
    #expect(try claims() == ["host-a"])
    #expect(try wait { near.find([claim], under: place.lease.id, $0) } == second)
  }

  @Test func `a claim that is asked for late is not taken once the node has gone on`() throws {
    let near = try requests(direct)
    let far = try requests(slow, timeout: .milliseconds(500))
    let place = try wait { near.join(value, pages: [], $0) }.get()

    late.holdNext()
    #expect(try wait { far.take([claim], under: place, $0) } == nil)
    // The next heartbeat writes the node's own key.
    _ = try wait { near.beat(place.lease.id, (value, []), $0) }.get()
    #expect(try wait { near.find([claim], under: place.lease.id, $0) } == [:])
    late.letGo()
    #expect(try claims() == [])
    // Whoever does not know of that heartbeat takes nothing either.
    #expect(try wait { near.take([claim], under: place, $0) } == nil)
    #expect(try claims() == [])
  }

  @Test func `an alert that is given up late stays whose it is since`() throws {
    let keys = ClusterKeys(prefix: slow.prefix, instance: acme)
    let lease = try #require(try direct.node().lease)
    let far = AlertClaims(
      client: try slow.client(timeout: .milliseconds(500)), keys: keys, node: "host-a")
    let nearby = try direct.client()
    let near = AlertClaims(client: nearby, keys: keys, node: "host-a")
    let found = { AlertClaims.read(try nearby.all(keys.alerts).values, keys)[.apiUnavailable] }
    #expect(try wait { near.take(.apiUnavailable, under: lease, $0) })
    let first = try #require(try found())

    late.holdNext()
    far.release(.apiUnavailable, first)
    late.waitUntilHeld()
    near.release(.apiUnavailable, first)
    try until("it is given up") { try found() == nil }
    #expect(try wait { near.take(.apiUnavailable, under: lease, $0) })
    let second = try found()
    late.letGo()
    #expect(try found() == second)
    #expect(second != first)
  }

  @Test func `a state's claim that is given up late stays where it was made anew`() throws {
    let node = try slow.node(client: slow.client(timeout: .milliseconds(500)))
    #expect(try node.claim(claim))
    late.holdNext()
    node.release(claim)
    // It is given up with this, and made anew.
    #expect(try node.claim(claim))
    late.letGo()
    #expect(try claims() == ["host-a"])
    try node.save(Sample.record())
  }

  @Test func `a state's claim that is asked for late is not made`() throws {
    let node = try slow.node(client: slow.client(timeout: .milliseconds(500)))
    try node.verify()
    late.holdNext()
    #expect(throws: StateError.self) { try node.claim(claim) }
    late.letGo()
    #expect(try claims() == [])
    #expect(try direct.node("host-b").claim(claim))
  }

  @Test func `a question is asked once, however slow etcd is`() throws {
    let keys = ClusterKeys(prefix: slow.prefix, instance: acme)
    let lease = try #require(try direct.node().lease)
    let post = NodePost(
      client: try slow.client(timeout: .seconds(2)), keys: keys, node: "host-a"
    ) { _, _ in }
    late.holdNext()
    let answer = try wait { post.ask("host-b", "rotate", under: lease, within: .seconds(1), $0) }
    #expect(answer == nil)
    late.letGo()
    // Whether it was asked after all is not known; twice it was not.
    #expect(try direct.client().all(keys.questions(to: NodeName("host-b"))).values.count <= 1)
    #expect(late.count == 1)
  }

  /// What a call with a completion came to.
  private func wait<Value: Sendable>(
    _ call: (@escaping @Sendable (Value) -> Void) -> Void
  ) throws -> Value {
    let ended = Box<Value>()
    call { ended.put($0) }
    return try #require(ended.take())
  }
}

/// Keeps one transaction on its way for as long as it likes.
final class LateRequest: @unchecked Sendable {
  // The lock guards all of it.
  private let lock = NSCondition()
  private var isArmed = false
  private var isHeld = false
  private var isDone = false
  private var passed = 0

  /// How many transactions have come by since the last `holdNext`, the held one among them.
  var count: Int { lock.withLock { passed } }

  /// The next transaction will be late.
  func holdNext() {
    lock.withLock {
      (isArmed, isHeld, isDone) = (true, false, false)
      passed = 0
    }
  }

  func waitUntilHeld() {
    lock.lock()
    while !isHeld { lock.wait() }
    lock.unlock()
  }

  /// Has it done now, and waits until it is.
  func letGo() {
    lock.lock()
    isHeld = false
    lock.broadcast()
    while !isDone { lock.wait() }
    lock.unlock()
  }

  func before(_ path: String, _ number: Int) {
    guard path == "kv/txn" else { return }
    lock.lock()
    passed += 1
    if isArmed {
      isArmed = false
      isHeld = true
      Thread.current.threadDictionary["late"] = true
      lock.broadcast()
      while isHeld { lock.wait() }
    }
    lock.unlock()
  }

  func after(_ path: String) {
    guard Thread.current.threadDictionary["late"] != nil else { return }
    lock.lock()
    isDone = true
    lock.broadcast()
    lock.unlock()
  }
}

/// One value on its way from a queue to a test.
private final class Box<Value: Sendable>: @unchecked Sendable {
  // The semaphore orders the one write before the one read.
  private let semaphore = DispatchSemaphore(value: 0)
  private var value: Value?

  func put(_ value: Value) {
    self.value = value
    semaphore.signal()
  }

  func take() -> Value? { semaphore.wait(timeout: .now() + 60) == .success ? value : nil }
}
