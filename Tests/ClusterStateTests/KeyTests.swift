import RotationEngine
import Testing

@testable import ClusterState

@Suite struct KeyTests {
  @Test func `keys are below the prefix and the instance`() {
    let keys = ClusterKeys(prefix: "/dx-rotated", instance: "https://acme.getdx.net")
    let other = ClusterKeys(prefix: "/dx-rotated/", instance: "https://other.getdx.net")
    #expect(keys.root.hasPrefix("/dx-rotated/"))
    #expect(keys.root.utf8.count == "/dx-rotated/".utf8.count + 17)
    #expect(keys.root != other.root)
    #expect(keys.identification == other.identification)
    let credential = CredentialKey(connection: 12, id: 345)
    #expect(keys.credential(ofClaim: keys.claim(credential)) == credential)
    #expect(ClusterKeys.number(ofOpen: keys.open(7)) == 7)
    #expect(ClusterKeys.number(ofOpen: keys.attempt(7, of: credential)) == nil)
    #expect(keys.open(9) < keys.open(10))
    #expect(EtcdRange.end(of: "/a/") == "/a0")
  }
}
