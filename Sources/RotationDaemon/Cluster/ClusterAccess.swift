import ClusterSharing
import ClusterState
import Dispatch
import Glibc
import RotationEngine
import SecretSources

/// A node's ways to the cluster's etcd.
struct ClusterAccess: @unchecked Sendable {
  // The state is confined to `queue`; that is why @unchecked holds.

  /// What the node is called.
  let node: String
  let client: EtcdClient
  let keys: ClusterKeys
  let state: EtcdState
  /// Where the state may be called, which makes its caller wait.
  let queue = DispatchQueue(label: "dx-rotated.shared-state")
  /// The key of fingerprints, the same on every node.
  let fingerprintKey: FingerprintKey
  /// What tells that key from another.
  let identification: [UInt8]

  /// Reads what keys and passwords the settings name; nothing is asked of etcd yet.
  ///
  /// Blocks as long as the file system does.
  ///
  /// - Parameters:
  ///   - cluster: the cluster.
  ///   - url: the DX instance.
  ///   - reader: reads its sources.
  ///   - key: the key of fingerprints, where it is known already.
  /// - Throws: `SourceFailure` or `EtcdError`.
  init(
    _ cluster: ClusterSettings, instance url: String, reader: SourceReader,
    key: FingerprintKey? = nil
  ) throws {
    fingerprintKey = try key ?? reader.clusterKey(cluster.key).get().key
    identification = try Moving.identification(of: fingerprintKey.bytes)
    client = try Self.client(cluster, reader)
    node = cluster.node ?? Self.hostName
    keys = ClusterKeys(prefix: cluster.prefix, instance: url)
    state = EtcdState(
      client: client, prefix: cluster.prefix, instance: url, node: node,
      key: fingerprintKey.bytes, lease: nil)
  }

  private static func client(
    _ cluster: ClusterSettings, _ reader: SourceReader
  ) throws -> EtcdClient {
    var options = EtcdOptions(
      endpoints: cluster.endpoints, caFile: cluster.caFile,
      certificateFile: cluster.certificateFile, keyFile: cluster.keyFile,
      // A heartbeat that is not answered has to end before the next.
      timeout: min(.seconds(5), ClusterTiming(lease: cluster.lease).heartbeat),
      userAgent: "dx-rotated/\(Program.version)")
    if let username = cluster.username, let password = cluster.password {
      options.user = EtcdOptions.User(
        name: username, password: try reader.text(of: password).get().text)
    }
    return try EtcdClient(options)
  }

  /// The state that the nodes share, for looking at it alone, which takes no key of fingerprints; nil: there is no cluster.
  ///
  /// - Throws: `SourceFailure` where the password cannot be read, `EtcdError`.
  static func stateToRead(_ settings: Settings) throws -> EtcdState? {
    guard let cluster = settings.cluster else { return nil }
    let reader = SourceReader(
      environment: SecretSources.ProcessEnvironment(),
      credentialsDirectory: Environment["CREDENTIALS_DIRECTORY"], readsEnvironment: false)
    return EtcdState(
      client: try client(cluster, reader), prefix: cluster.prefix, instance: settings.api.url,
      node: cluster.node ?? hostName, key: nil, lease: nil)
  }

  private static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
