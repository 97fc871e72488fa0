import ClusterSharing
import RotationEngine
import Testing

@Suite struct RendezvousTests {
  let keys = (1...2_000).map { CredentialKey(connection: Int64($0 % 7 + 1), id: Int64($0)) }
  let nodes = (1...10).map { NodeName("host-\($0)") }

  @Test func `everybody comes to the same answer, in whatever order the names are`() {
    for key in keys {
      let owner = Rendezvous.owner(of: key, among: nodes, name: \.self)
      #expect(owner == Rendezvous.owner(of: key, among: nodes.reversed(), name: \.self))
    }
  }

  @Test func `a weight never changes: nodes of different versions share one cluster`() {
    let key = CredentialKey(connection: 123, id: 456)
    #expect(Rendezvous.weight(of: NodeName("host-a"), for: key) == 506_267_382_514_598_059)
    #expect(Rendezvous.weight(of: NodeName(""), for: key) == 10_133_344_482_934_100_564)
  }

  @Test func `nobody owns anything where nobody is`() {
    #expect(Rendezvous.owner(of: keys[0], among: [NodeName](), name: \.self) == nil)
  }

  @Test func `the shares are about equal`() {
    var shares: [NodeName: Int] = [:]
    for key in keys {
      if let owner = Rendezvous.owner(of: key, among: nodes, name: \.self) {
        shares[owner, default: 0] += 1
      }
    }
    #expect(shares.count == nodes.count)
    #expect(shares.values.allSatisfy { (150...250).contains($0) })
  }

  @Test func `when a node leaves, only what it had changes hands`() {
    let rest = Array(nodes.dropFirst())
    for key in keys {
      let before = Rendezvous.owner(of: key, among: nodes, name: \.self)
      let after = Rendezvous.owner(of: key, among: rest, name: \.self)
      #expect(before == nodes[0] || before == after)
    }
  }
}

@Suite struct RosterTests {
  let key = CredentialKey(connection: 1, id: 2)

  private func member(_ name: String, has: Bool = true, yields: Bool = false) -> ClusterMember {
    ClusterMember(
      name: NodeName(name), configured: has ? [key] : [], yielded: yields ? [key] : [])
  }

  @Test func `a node that does not have it in its configuration never gets it`() {
    for other in 1...20 {
      let roster = Roster([member("a"), member("other-\(other)", has: false)])
      #expect(roster.owner(of: key) == NodeName("a"))
    }
  }

  @Test func `a node that cannot read its source leaves it to one that can`() {
    for other in 1...20 {
      let roster = Roster([member("a"), member("other-\(other)", yields: true)])
      #expect(roster.owner(of: key) == NodeName("a"))
    }
  }

  @Test func `where nobody can read it, it is somebody's all the same`() {
    let roster = Roster([member("a", yields: true), member("b", yields: true)])
    let willing = Roster([member("a"), member("b")])
    #expect(roster.owner(of: key) == willing.owner(of: key))
    #expect(roster.owner(of: key) != nil)
  }

  @Test func `what nobody has in its configuration is nobody's`() {
    #expect(Roster([member("a", has: false)]).owner(of: key) == nil)
    #expect(Roster([]).owner(of: key) == nil)
  }
}
