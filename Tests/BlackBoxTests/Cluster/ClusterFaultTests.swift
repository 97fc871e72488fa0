import EtcdFixture
import Foundation
import Testing

/// Nodes that are cut off, behind, or of one name, on a real etcd.
@Suite(.limited) struct ClusterFaultTests {
  private func body(_ id: Int, _ value: String) -> String {
    #"{"id":\#(id),"secrets":{"api_token":"\#(value)"}}"#
  }

  private func alerts(
    _ receiver: WebhookReceiver, after: String, more: String = ""
  ) -> String {
    "[alert]\nafter = \"\(after)\"\n\(more)\n[alert.webhook.ops]\nurl = \"\(receiver.url)\""
  }

  private func alerts(of event: String, _ posts: [WebhookReceiver.Post]) throws -> [String] {
    try posts.map { try $0.json() }.filter { $0["event"] as? String == event }
      .compactMap { $0["phase"] as? String }
  }

  @Test func aNodeThatIsCutOffFromEtcdAloneStopsAndOthersGoOnAndItReturns() throws {
    let scene = try ClusterScene(nodes: 2, credentials: 8)
    let wire = try Wire(to: scene.etcd.members[0])
    try scene.connect(0, to: [wire.endpoint])
    let nodes = try scene.startAll()
    let before = nodes.map(\.share)

    // What it is sending then hangs at DX: it gives that up before anybody else can begin.
    let own = try scene.names.first { try scene.owner(of: $0, among: nodes) == 0 }
    let name = try #require(own)
    let sent = try scene.bodies().count
    try scene.simulator.fault(#"{"match":"update","kind":"delay","ms":60000,"hold":true}"#)
    try scene.put("value-3", into: name)
    try scene.simulator.wait(for: sent + 1, .update)
    wire.cut()
    try nodes[0].daemon.event("cluster_unavailable")
    try nodes[1].daemon.event("interrupted", ["credential": name])
    try nodes[1].daemon.event("rotated", ["credential": name, "reason": "interrupted"])
    try scene.waitForShares(of: [nodes[1]])
    for name in scene.names { try scene.put("value-4", into: name) }
    try scene.simulator.wait(for: sent + 2 + scene.names.count, .update)
    #expect(try nodes[0].daemon.events("rotated", ["credential": name]).count == 1)

    wire.mend()
    try nodes[0].daemon.event("cluster_recovered")
    #expect(try scene.waitForShares(of: nodes) == before)
    for name in scene.names { try scene.put("value-5", into: name) }
    try scene.simulator.wait(for: sent + 2 + 2 * scene.names.count, .update)
    for node in nodes { try node.daemon.stop() }
    let bodies = try scene.bodies()
    #expect(bodies.count == sent + 2 + 2 * scene.names.count)
    for value in ["value-4", "value-5"] {
      #expect(bodies.filter { $0.contains(value) }.sorted() == (1...8).map { body($0, value) })
    }
  }

  @Test func aNodeWhoseSourceIsBehindSendsNothingUntilItHasCaughtUp() throws {
    let receiver = try WebhookReceiver()
    let scene = try ClusterScene(nodes: 2, credentials: 6, tables: alerts(receiver, after: "1s"))
    let nodes = try scene.startAll()
    let owner = try scene.owner(of: "c1", among: nodes)
    let other = 1 - owner
    // The other one still has what DX had before.
    try scene.nodes[other].put("value-1", into: "c1")
    try nodes[owner].daemon.stop()
    try scene.waitForShares(of: [nodes[other]])
    // It says so, and would leave it to another: there is none, which is one alert.
    try nodes[other].daemon.event("source_unavailable", ["credential": "c1", "reason": "yielded"])
    let raised = try receiver.wait(for: "an alert") { try $0.first?.json() }
    #expect(raised["event"] as? String == "source_unavailable")
    #expect(raised["credential"] as? String == "c1")
    #expect(try scene.bodies() == [body(1, "value-2")])

    try scene.put("value-3", into: "c1")
    try nodes[other].daemon.event("rotated", ["credential": "c1"])
    let posts = try receiver.wait(for: 2)
    try nodes[other].daemon.stop()
    #expect(try alerts(of: "source_unavailable", posts) == ["raised", "resolved"])
    #expect(try scene.bodies() == [body(1, "value-2"), body(1, "value-3")])
  }

  @Test func oneOutageOfDXIsOneAlertOfTheWholeCluster() throws {
    let receiver = try WebhookReceiver()
    let scene = try ClusterScene(
      nodes: 3, credentials: 12, tables: alerts(receiver, after: "3s", more: "repeat = \"2s\""))
    let nodes = try scene.startAll()
    try scene.simulator.fault(#"{"match":"update","times":0,"kind":"reset"}"#)
    for name in scene.names { try scene.put("value-2", into: name) }
    // Each says it in its own journal, and again while it stands: by then all know who tells of it.
    for node in nodes { try node.daemon.event("api_unavailable", ["reason": "repeated"]) }
    _ = try receiver.wait(for: 1)
    try scene.simulator.clearFaults()
    for node in nodes { try node.daemon.event("api_recovered") }
    _ = try receiver.wait(for: "its end") { posts in
      try posts.last?.json()["phase"] as? String == "resolved" ? true : nil
    }
    for node in nodes { try node.daemon.stop() }
    let phases = try alerts(of: "api_unavailable", receiver.present)
    let told = receiver.present.map { String(decoding: $0.body, as: UTF8.self) }
    #expect(phases.filter { $0 != "repeated" } == ["raised", "resolved"], "\(told)")
  }

  @Test func aSecondNodeOfOneNameIsRefusedAndSaysSo() throws {
    let receiver = try WebhookReceiver()
    let scene = try ClusterScene(nodes: 2, credentials: 4, tables: alerts(receiver, after: "100ms"))
    try scene.join(1, as: "host-0")
    let first = try scene.start(0)
    try scene.waitForShares(of: [first])
    let second = try scene.start(1)
    let said = try second.daemon.event("cluster_unavailable")
    #expect(said["msg"]?.contains("a node called host-0 is in the cluster") == true)
    let raised = try receiver.wait(for: 1)[0].json()
    #expect(raised["event"] as? String == "cluster_unavailable")
    #expect((raised["message"] as? String)?.contains("host-0") == true)
    for name in scene.names { try scene.put("value-2", into: name) }
    try scene.simulator.wait(for: 4, .update)
    #expect(try second.daemon.stop().of("rotated").isEmpty)
    #expect(try first.daemon.stop().of("rotated").count == 4)
  }

  @Test func aNodeOfAnotherKeyIsRefusedAndSaysSo() throws {
    let receiver = try WebhookReceiver()
    let scene = try ClusterScene(nodes: 2, credentials: 4, tables: alerts(receiver, after: "100ms"))
    let first = try scene.start(0)
    try scene.waitForShares(of: [first])
    try scene.nodes[1].put("another text that is as long as it has to be", into: "cluster")
    let second = try scene.start(1)
    let said = try second.daemon.event("cluster_unavailable")
    #expect(said["msg"]?.contains("another cluster key") == true)
    _ = try receiver.wait(for: 1)
    for name in scene.names { try scene.put("value-2", into: name) }
    try scene.simulator.wait(for: 4, .update)
    #expect(try second.daemon.stop().of("rotated").isEmpty)
    #expect(try first.daemon.stop().of("rotated").count == 4)
  }
}
