import ClusterState
import EtcdFixture
import RotationEngine
import SecretMemory

@testable import StateStore

/// One etcd for all tests of this target, each place with keys and leases of its own.
enum SharedEtcd {
  private static let started = Result {
    let cluster = try EtcdCluster()
    return (cluster, try EtcdClient(EtcdOptions(endpoints: cluster.endpoints)))
  }

  static func open(_ place: Place, _ instance: String) throws -> EtcdState {
    let (_, client) = try started.get()
    let lease = Int64.random(in: 1...Int64.max)
    _ = try client.grant(lease: lease, seconds: 600)
    return EtcdState(
      client: client, prefix: place.path, instance: instance, node: "host-a",
      key: SecretBytes(copying: place.path.utf8.suffix(32)), lease: lease)
  }
}
