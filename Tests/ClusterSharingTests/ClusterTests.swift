import RotationEngine
import Testing

@testable import ClusterSharing

/// What a cluster promises, over many nodes and many faults in virtual time.
@Suite struct ClusterTests {
  let lease = TimeSpan.seconds(15)
  /// How soon others go on when a node has died.
  let takeover = TimeSpan.seconds(20)

  private func cluster(_ nodes: Int, _ credentials: Int, seed: UInt64 = 1) -> SimulatedCluster {
    SimulatedCluster(nodes: nodes, credentials: credentials, lease: lease, seed: seed)
  }

  /// Everything is somebody's, and nothing is two nodes'.
  private func expectAllHeld(_ cluster: SimulatedCluster) {
    let holders = cluster.holders()
    #expect(holders.count == cluster.credentials.count)
    #expect(holders.values.allSatisfy { $0.count == 1 })
    #expect(cluster.violations == [])
  }

  @Test func `one node has everything`() {
    var cluster = cluster(1, 1_000)
    cluster.run(.seconds(5))
    expectAllHeld(cluster)
  }

  @Test func `fifty nodes share 5,000 credentials`() {
    var cluster = cluster(50, 5_000)
    cluster.run(.minutes(1))
    expectAllHeld(cluster)
    #expect(cluster.nodes.allSatisfy { (50...150).contains($0.logic.held.count) })
  }

  @Test func `when a node dies, others have its share within the lease and five seconds`() {
    var cluster = cluster(5, 500)
    cluster.run(.minutes(1))
    let before = cluster.holders()
    cluster.kill(2)
    cluster.run(takeover)
    expectAllHeld(cluster)
    let after = cluster.holders()
    #expect(before.allSatisfy { $0.value == [2] || after[$0.key] == $0.value })
  }

  @Test func `when a node joins, only its share moves`() {
    var cluster = cluster(5, 500)
    cluster.kill(4)
    cluster.run(.minutes(1))
    let before = cluster.holders()
    cluster.start(4)
    cluster.run(.minutes(1))
    expectAllHeld(cluster)
    let after = cluster.holders()
    #expect(before.allSatisfy { after[$0.key] == [4] || after[$0.key] == $0.value })
    #expect(cluster.nodes[4].logic.held.count > 50)
  }

  @Test func `a node that stood still for longer than its lease does not send`() {
    var cluster = cluster(3, 300)
    cluster.run(.minutes(1))
    cluster.stop(0)
    cluster.run(.minutes(1))
    // It believes what it last knew; the others have gone on.
    #expect(cluster.holders().values.contains { $0.count == 2 && $0.contains(0) })
    cluster.goOn(0)
    #expect(cluster.nodes[0].sends.isEmpty)
    #expect(cluster.nodes[0].isSuspended)
    cluster.run(.minutes(1))
    expectAllHeld(cluster)
    #expect(!cluster.nodes[0].isSuspended)
  }

  @Test func `a node that is cut off stops before others go on`() {
    var cluster = cluster(3, 300)
    cluster.run(.minutes(1))
    cluster.nodes[1].isCutOff = true
    cluster.run(lease - cluster.timing.margin)
    #expect(cluster.nodes[1].isSuspended)
    cluster.run(.minutes(1))
    #expect(cluster.violations == [])
    #expect(cluster.nodes[1].sends.isEmpty)
    cluster.nodes[1].isCutOff = false
    cluster.run(.minutes(1))
    expectAllHeld(cluster)
  }

  @Test func `while the store is away nothing is sent, and all goes on when it is back`() {
    var cluster = cluster(3, 300)
    cluster.run(.minutes(1))
    cluster.store.isDown = true
    cluster.run(lease)
    #expect(cluster.nodes.allSatisfy { $0.isSuspended && $0.sends.isEmpty })
    // They go on watching: nobody else can have taken anything.
    #expect(cluster.nodes.map(\.following.count).reduce(0, +) == 300)
    cluster.run(.minutes(10))
    cluster.store.isDown = false
    cluster.run(.minutes(1))
    expectAllHeld(cluster)
    #expect(cluster.nodes.allSatisfy { !$0.isSuspended })
  }

  @Test func `a source that one node cannot read is another node's`() {
    var cluster = cluster(3, 300)
    cluster.run(.minutes(1))
    let keys = cluster.nodes[0].logic.held
    cluster.tell(0, .unreadable(keys))
    cluster.run(.minutes(1))
    expectAllHeld(cluster)
    #expect(cluster.nodes[0].logic.held.isEmpty)
    for index in 1...2 { cluster.tell(index, .unreadable(keys)) }
    cluster.run(.minutes(1))
    // Nobody can: it is the first one's again, which has to say so.
    expectAllHeld(cluster)
    #expect(cluster.nodes[0].logic.held == keys)
  }

  @Test func `what is taken out of a configuration is given up`() {
    var cluster = cluster(1, 10)
    cluster.run(.minutes(1))
    let rest = Set(cluster.credentials.sorted().prefix(4))
    cluster.tell(0, .configured(rest))
    cluster.run(.minutes(1))
    #expect(cluster.nodes[0].logic.held == rest)
    #expect(Set(cluster.store.claims.keys) == rest)
  }

  @Test(arguments: 1...30)
  func `whatever happens, two nodes never send for one credential at a time`(seed: Int) {
    var cluster = cluster(5, 40, seed: UInt64(seed))
    var faults = SystemlessDice(seed: UInt64(seed) &* 7919)
    cluster.faultsEnd = .minutes(30)
    cluster.run(.minutes(30)) { cluster in
      guard faults.chance(0.01) else { return }
      let index = Int.random(in: 0..<5, using: &faults)
      switch Int.random(in: 0..<8, using: &faults) {
      case 0: cluster.kill(index)
      case 1: cluster.start(index)
      case 2: cluster.stop(index)
      case 3: cluster.goOn(index)
      case 4: cluster.nodes[index].isCutOff = true
      case 5: cluster.nodes[index].isCutOff = false
      case 6: cluster.store.isDown.toggle()
      default: break
      }
    }
    #expect(cluster.violations == [])
    for index in 0..<5 {
      cluster.goOn(index)
      cluster.start(index)
      cluster.nodes[index].isCutOff = false
    }
    cluster.store.isDown = false
    cluster.run(.minutes(2))
    expectAllHeld(cluster)
  }
}
