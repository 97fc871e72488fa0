import EtcdFixture
import Foundation
import RotationEngine
import SecretMemory
import StateStore
import Testing

@testable import ClusterState

let acme = "https://acme.getdx.net"
/// 2026-11-23T12:00:00Z.
let noon = WallTime(millisecondsSinceEpoch: 1_795_435_200_000)

/// A place in an etcd, for the nodes of one cluster.
struct Place: Sendable {
  /// One etcd of one member for all tests that leave it alone.
  static let shared = Result { try EtcdCluster() }

  private(set) var endpoints: [String]
  let prefix = "/\(UUID().uuidString)/"
  var key = SecretBytes(copying: [UInt8](repeating: 7, count: 32))
  var user: EtcdOptions.User?

  init(_ endpoints: [String]) {
    self.endpoints = endpoints
  }

  init() throws {
    self.init(try Self.shared.get().endpoints)
  }

  /// The same place, reached another way.
  func at(_ endpoints: [String]) -> Place {
    var place = self
    place.endpoints = endpoints
    return place
  }

  func client(timeout: TimeSpan = .seconds(20)) throws -> EtcdClient {
    try EtcdClient(EtcdOptions(endpoints: endpoints, user: user, timeout: timeout))
  }

  /// A node with a lease of its own that nobody renews.
  func node(
    _ name: String = "host-a", client: EtcdClient? = nil, seconds: Int64 = 600
  ) throws -> EtcdState {
    let client = try client ?? self.client()
    let lease = Int64.random(in: 1...Int64.max)
    _ = try client.grant(lease: lease, seconds: seconds)
    return EtcdState(
      client: client, prefix: prefix, instance: acme, node: name, key: key, lease: lease)
  }

  /// One that only reads.
  func reader() throws -> EtcdState {
    EtcdState(
      client: try client(), prefix: prefix, instance: acme, node: "reader", key: key, lease: nil)
  }
}

extension EtcdState {
  /// As if etcd had waited for a renewal in vain.
  func loseLease() throws {
    if let lease { try client.revoke(lease: lease) }
  }
}

enum Sample {
  static let key = CredentialKey(connection: 123, id: 456)

  static var fingerprint: Fingerprint {
    guard let result = Fingerprint(bytes: [UInt8](repeating: 7, count: 32)) else {
      preconditionFailure("32 bytes are a fingerprint")
    }
    return result
  }

  static func record(_ key: CredentialKey = key, name: String = "jira-cloud") -> CredentialRecord {
    CredentialRecord(key: key, name: name)
  }

  static func attempt(_ key: CredentialKey = key) -> Attempt {
    Attempt(
      key: key, name: "jira-cloud", fingerprint: fingerprint, reason: .changed, ordinal: 1,
      at: noon)
  }
}

/// Waits for something that comes by itself.
func until(_ what: String, _ isThere: () throws -> Bool) throws {
  let deadline = Date(timeIntervalSinceNow: 60)
  while !(try isThere()) {
    try #require(Date() < deadline, "not within a minute: \(what)")
    usleep(20_000)
  }
}
