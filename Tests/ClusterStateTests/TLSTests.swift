import EtcdFixture
import RotationEngine
import SecretMemory
import StateStore
import Testing

@testable import ClusterState

/// An etcd that wants to see certificates.
@Suite struct TLSTests {
  @Test func `members are verified, and see this client's certificate`() throws {
    let certificates = try EtcdCertificates()
    let cluster = try EtcdCluster(scheme: "https", options: certificates.options)
    var options = EtcdOptions(
      endpoints: cluster.endpoints, caFile: certificates.ca,
      certificateFile: certificates.clientCertificate, keyFile: certificates.clientKey,
      timeout: .seconds(20))
    let client = try EtcdClient(options)
    _ = try client.grant(lease: 7, seconds: 600)
    let state = EtcdState(
      client: client, prefix: "/p/", instance: acme, node: "host-a",
      key: SecretBytes(copying: [1, 2, 3]), lease: 7)
    #expect(try state.claim(Sample.key))
    #expect(try state.save(Sample.record()) == 1)

    options.timeout = .milliseconds(500)
    var stranger = options
    stranger.certificateFile = nil
    stranger.keyFile = nil
    try expectRefused(stranger)
    var credulous = options
    credulous.caFile = nil
    try expectRefused(credulous)
    var careless = options
    careless.keyFile = "/nowhere/client.key"
    try expectRefused(careless)
  }

  private func expectRefused(_ options: EtcdOptions) throws {
    let client = try EtcdClient(options)
    #expect {
      try client.range(EtcdRange(key: "a"))
    } throws: { error in
      if case .unreachable = error as? EtcdError { true } else { false }
    }
  }
}
