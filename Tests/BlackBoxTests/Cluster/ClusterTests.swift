import EtcdFixture
import Foundation
import Testing

/// Several daemons on a real etcd.
@Suite(.limited) struct ClusterTests {
  private func body(_ id: Int, _ value: String) -> String {
    #"{"id":\#(id),"secrets":{"api_token":"\#(value)"}}"#
  }

  @Test func eachChangeIsSentOnceByOneOfThem() throws {
    let scene = try ClusterScene(nodes: 3, credentials: 12)
    let nodes = try scene.startAll()
    for name in scene.names { try scene.put("value-2", into: name) }
    try scene.simulator.wait(for: 12, .update)
    var rotated: [String?] = []
    for node in nodes { rotated += try node.daemon.stop().of("rotated").map { $0["credential"] } }
    #expect(rotated.compactMap { $0 }.sorted() == scene.names.sorted())
    #expect(try scene.bodies().sorted() == (1...12).map { body($0, "value-2") }.sorted())
  }

  @Test func whatADeadNodeHadSentIsInterruptedAndSentOnceMore() throws {
    let scene = try ClusterScene(nodes: 2, credentials: 6)
    let nodes = try scene.startAll()
    let dead = try scene.owner(of: "c1", among: nodes)
    try scene.simulator.fault(#"{"match":"update","kind":"delay","ms":60000,"hold":true}"#)
    try scene.put("value-3", into: "c1")
    try scene.simulator.wait(for: 2, .update)
    try nodes[dead].daemon.crash()
    let survivor = nodes[1 - dead].daemon
    try survivor.event("interrupted", ["credential": "c1"])
    try survivor.event("rotated", ["credential": "c1", "reason": "interrupted"])
    try scene.waitForShares(of: [nodes[1 - dead]])
    #expect(try scene.bodies() == ["value-2", "value-3", "value-3"].map { body(1, $0) })
    try survivor.stop()
  }

  @Test func aNodeThatStoodStillForLongerThanItsLeaseDoesNotSend() throws {
    let scene = try ClusterScene(nodes: 2, credentials: 6)
    let nodes = try scene.startAll()
    nodes[0].daemon.process.signal(SIGSTOP)
    try scene.waitForShares(of: [nodes[1]])
    for name in scene.names { try scene.put("value-2", into: name) }
    try scene.simulator.wait(for: 6, .update)
    nodes[0].daemon.process.signal(SIGCONT)
    // It finds its lease over, comes back as a new member, and gets its share back.
    try nodes[0].daemon.event("cluster_recovered")
    try scene.waitForShares(of: nodes)
    try nodes[0].daemon.stop()
    try nodes[1].daemon.stop()
    #expect(try scene.bodies().sorted() == (1...6).map { body($0, "value-2") }.sorted())
  }

  @Test func whileEtcdHasNoQuorumNothingIsSent() throws {
    let scene = try ClusterScene(
      nodes: 2, credentials: 4, members: 3, tables: "alert.after = \"100ms\"")
    let nodes = try scene.startAll()
    scene.etcd.members[0].kill()
    // One member of three may be away.
    try scene.put("value-2", into: "c1")
    try scene.simulator.wait(for: 1, .update)
    scene.etcd.members[1].stop()
    for node in nodes { try node.daemon.event("cluster_unavailable") }
    try scene.put("value-2", into: "c2")
    for node in nodes { try node.daemon.event("cluster_unavailable", number: 2) }
    #expect(try scene.bodies() == [body(1, "value-2")])
    scene.etcd.members[1].resume()
    try scene.etcd.waitUntilHealthy()
    try scene.simulator.wait(for: 2, .update)
    for node in nodes { try node.daemon.event("cluster_recovered") }
    for node in nodes { try node.daemon.stop() }
    #expect(try scene.bodies() == [body(1, "value-2"), body(2, "value-2")])
  }

  @Test func aSourceThatOneNodeLacksIsReadByAnother() throws {
    let scene = try ClusterScene(nodes: 2, credentials: 6)
    let nodes = try scene.startAll()
    for name in scene.names { try scene.nodes[0].removeSource(name) }
    try scene.waitForShares(of: [nodes[1]])
    for name in scene.names { try scene.nodes[1].put("value-2", into: name) }
    try scene.simulator.wait(for: 6, .update)
    #expect(try nodes[0].daemon.stop().of("rotated").isEmpty)
    try nodes[1].daemon.stop()
  }

  @Test func aCredentialThatOneNodeDoesNotKnowIsNeverItsOwn() throws {
    let scene = try ClusterScene(nodes: 2, credentials: 6)
    for name in scene.names.dropFirst() { try scene.nodes[0].removeDropIn("20-" + name) }
    let nodes = [try scene.start(0), try scene.start(1)]
    let deadline = Date(timeIntervalSinceNow: patience)
    while nodes.map(\.share).reduce(0, +) != 6, Date() < deadline {
      for node in nodes { try node.listenForMore() }
    }
    for name in scene.names { try scene.put("value-2", into: name) }
    try scene.simulator.wait(for: 6, .update)
    for node in nodes { try node.daemon.stop() }
    #expect(try scene.bodies().sorted() == (1...6).map { body($0, "value-2") }.sorted())
  }

  @Test func aNodeThatStopsHandsItsShareOverAtOnce() throws {
    let scene = try ClusterScene(nodes: 2, credentials: 6)
    let nodes = try scene.startAll()
    try nodes[0].daemon.stop()
    try scene.waitForShares(of: [nodes[1]])
    for name in scene.names { try scene.put("value-2", into: name) }
    try scene.simulator.wait(for: 6, .update)
    #expect(try nodes[1].daemon.stop().of("rotated").count == 6)
  }

  @Test func anyNodeShowsWhoHasWhatAndPassesOnWhatIsAskedOfOthers() throws {
    struct Report: Decodable {
      struct Credential: Decodable {
        var name: String
        var state: String
        var node: String?
      }
      var credentials: [Credential]
    }
    let scene = try ClusterScene(nodes: 2, credentials: 6)
    let nodes = try scene.startAll()
    let shares = nodes.map(\.share)
    for place in scene.nodes {
      let report: Report = try place.run("status", "--json").json()
      #expect(report.credentials.map(\.state) == Array(repeating: "watching", count: 6))
      for index in nodes.indices {
        #expect(report.credentials.filter { $0.node == "host-\(index)" }.count == shares[index])
      }
    }
    let names = "c1 c2 c3 c4 c5 c6"
    for name in names.split(separator: " ").map(String.init) {
      #expect(try scene.nodes[0].run("rotate", "--force", name).status == 0)
    }
    #expect(try scene.bodies().count == 6)
    #expect(try scene.nodes[1].run("history").output.split(separator: "\n").count == 7)
    #expect(try scene.nodes[1].run("plan").status == 0)
    for node in nodes { try node.daemon.stop() }
    #expect(try scene.nodes[0].run("rotate", "c1").status == 75)
  }
}
