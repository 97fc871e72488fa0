import EtcdFixture
import RotationEngine
import SecretMemory
import StateStore
import Testing

@testable import ClusterState

/// Members that are away, and what is done meanwhile.
@Suite struct EndpointTests {
  @Test func `the next endpoint is tried, and the one that works kept`() throws {
    let cluster = try EtcdCluster(members: 3)
    let place = Place(["http://127.0.0.1:1"] + cluster.endpoints)
    let node = try place.node()
    try node.save(Sample.record())
    cluster.members[0].kill()
    try node.save(Sample.record())
    // It takes connections and answers nothing.
    try cluster.members[0].restart()
    cluster.members[1].stop()
    let patient = try place.node("host-b", client: place.client(timeout: .seconds(9)))
    for _ in 0..<3 { try patient.save(Sample.record()) }
    cluster.members[1].resume()
    #expect(try place.reader().records().map(\.revision) == [5])
  }

  @Test func `a leader that is killed costs no call`() throws {
    let cluster = try EtcdCluster(members: 3)
    let place = Place(cluster.endpoints)
    let node = try place.node(client: place.client(timeout: .seconds(9)))
    #expect(try node.claim(Sample.key))
    for round in 1...2 {
      let leader = try cluster.leader()
      leader.kill()
      let number = try node.begin(Sample.attempt())
      #expect(try node.save(Sample.record()) == Int64(round))
      try node.finish(number, .accepted, at: noon)
      try leader.restart()
    }
    let reader = try place.reader()
    #expect(try reader.history(keys: nil, limit: nil).count == 2)
    #expect(try reader.totals().map(\.value) == [2])
  }

  @Test func `a lost quorum is an error, and over when it is back`() throws {
    let cluster = try EtcdCluster(members: 3)
    let place = Place(cluster.endpoints)
    let node = try place.node(client: place.client(timeout: .seconds(2)))
    try node.save(Sample.record())
    cluster.members[0].kill()
    cluster.members[1].kill()
    let isUnreachable = { @Sendable (error: any Error) in
      if case .unreachable = error as? StateError { true } else { false }
    }
    #expect(performing: { try node.records() }, throws: isUnreachable)
    #expect(performing: { try node.save(Sample.record()) }, throws: isUnreachable)
    #expect(performing: { try node.claim(Sample.key) }, throws: isUnreachable)
    try cluster.members[0].start()
    try cluster.waitUntilHealthy()
    try until("it goes on") { (try? node.records()) != nil }
    try until("it can write") { (try? node.save(Sample.record())) != nil }
    try until("it can claim") { (try? node.claim(Sample.key)) == true }
    // What was asked meanwhile was done once or not at all.
    #expect(try node.records().map(\.name) == ["jira-cloud"])
  }

  @Test func `no endpoint answers`() throws {
    let place = Place(["http://127.0.0.1:1", "http://127.0.0.1:2"])
    let state = EtcdState(
      client: try place.client(timeout: .milliseconds(300)), prefix: place.prefix, instance: acme,
      node: "host-a", key: place.key, lease: 1)
    #expect {
      try state.records()
    } throws: { error in
      guard case .unreachable(_, let reason) = error as? StateError else { return false }
      return reason.contains("127.0.0.1") && "\(error)".contains(place.prefix)
    }
    state.release(Sample.key)
  }

  @Test func `something else answers`() throws {
    let cluster = try EtcdCluster()
    let client = try EtcdClient(
      EtcdOptions(endpoints: [cluster.endpoints[0] + "/elsewhere"], timeout: .milliseconds(300)))
    #expect {
      try client.range(EtcdRange(key: "a"))
    } throws: { error in
      guard case .unreachable(let reason) = error as? EtcdError else { return false }
      return reason.contains("404")
    }
    #expect(throws: EtcdError.self) { try EtcdClient(EtcdOptions(endpoints: [])) }
  }
}
