import RotationEngine

/// Claims on alerts that belong to no credential: of all nodes that see one cause, one tells the channels of it.
package struct AlertClaims: Sendable {
  private let client: EtcdClient
  private let keys: ClusterKeys
  private let node: String

  /// Makes claims of a node.
  package init(client: EtcdClient, keys: ClusterKeys, node: String) {
    self.client = client
    self.keys = keys
    self.node = node
  }

  /// Claims an alert, for as long as the lease lives; `completion` is called on the client's queue, with whether it is
  /// this node's.
  package func take(
    _ kind: AlertKind, under lease: Int64, _ completion: @escaping @Sendable (Bool) -> Void
  ) {
    let path = keys.alert(kind)
    let transaction = EtcdTransaction(
      [.created(key: path, 0)],
      then: [.put(key: path, value: Array(node.utf8), lease: lease)], else: [EtcdRange(key: path)])
    client.transact(transaction) { result in
      guard case .success(let outcome) = result else { return completion(false) }
      completion(outcome.isDone || outcome.contents.first?.values.first?.lease == lease)
    }
  }

  /// Gives a claim up; where etcd does not hear of it, it goes with the lease.
  package func release(_ kind: AlertKind, under lease: Int64) {
    let operation = EtcdTransaction.Operation.deleteOfLease(key: keys.alert(kind), lease)
    client.transact(EtcdTransaction(then: [operation])) { _ in }
  }
}
