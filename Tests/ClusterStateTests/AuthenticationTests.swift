import EtcdFixture
import RotationEngine
import SecretMemory
import StateStore
import Testing

@testable import ClusterState

/// etcd's users.
@Suite struct AuthenticationTests {
  static let password = #"pass"word \ 'é"#

  let cluster: EtcdCluster

  init() throws {
    cluster = try EtcdCluster()
    try cluster.ask("auth/user/add", #"{"name":"root","password":"r"}"#)
    try cluster.ask("auth/user/grant", #"{"user":"root","role":"root"}"#)
    try cluster.ask("auth/user/add", #"{"name":"rotated","password":"pass\"word \\ 'é"}"#)
    try cluster.ask("auth/role/add", #"{"name":"rotated"}"#)
    try cluster.ask(
      "auth/role/grant",
      #"{"name":"rotated","perm":{"permType":2,"key":"\#(base64("/ours/"))","range_end":"\#(base64("/ours0"))"}}"#
    )
    try cluster.ask("auth/user/grant", #"{"user":"rotated","role":"rotated"}"#)
    try cluster.ask("auth/enable", "{}")
  }

  private func state(_ password: String?, prefix: String = "/ours/") throws -> EtcdState {
    let user = password.map {
      EtcdOptions.User(name: "rotated", password: SecretBytes(copying: $0.utf8))
    }
    let client = try EtcdClient(
      EtcdOptions(endpoints: cluster.endpoints, user: user, timeout: .seconds(20)))
    return EtcdState(
      client: client, prefix: prefix, instance: acme, node: "host-a",
      key: SecretBytes(copying: [UInt8](repeating: 7, count: 32)), lease: 7)
  }

  @Test func `a user may do what its role says, and goes on when its token is forgotten`() throws {
    let state = try state(Self.password)
    _ = try state.client.grant(lease: 7, seconds: 600)
    #expect(try state.claim(Sample.key))
    try state.save(Sample.record())
    // Tokens are in the member's memory.
    try #require(cluster.members.first).restart()
    try state.save(Sample.record())
    // Tokens made before users are changed are refused too.
    let root = try cluster.ask("auth/authenticate", #"{"name":"root","password":"r"}"#)
    #expect(root.contains("token"))
    #expect(try state.records().map(\.revision) == [2])
    let elsewhere = try self.state(Self.password, prefix: "/theirs/")
    #expect {
      try elsewhere.records()
    } throws: { error in
      guard case .unwritable(_, let reason) = error as? StateError else { return false }
      return reason.contains("permission denied")
    }
  }

  @Test(arguments: ["wrong-password", nil] as [String?])
  func `a user that is not known is refused, its password not told`(password: String?) throws {
    let state = try state(password)
    #expect {
      try state.records()
    } throws: { error in
      error is StateError && !"\(error)".contains("wrong-password")
    }
  }
}
