import RotationEngine

/// Claims on alerts that belong to no credential: of all nodes that see one cause, one tells the channels of it.
///
/// Who has which is found with each heartbeat (`Membership.Handlers.alerts`), so that a request that was lost, or came
/// late, is put right with the next.
package struct AlertClaims: Sendable {
  /// A claim as etcd has it.
  package struct Claim: Hashable, Sendable {
    /// The lease of the node that has it.
    package var lease: Int64
    /// The revision of etcd in which it came to be.
    package var created: Int64
  }

  private let client: EtcdClient
  private let keys: ClusterKeys
  private let node: String

  /// Makes claims of a node.
  package init(client: EtcdClient, keys: ClusterKeys, node: String) {
    self.client = client
    self.keys = keys
    self.node = node
  }

  /// Claims an alert, if nobody has it, for as long as the lease lives; `ended` is called on the client's queue.
  package func take(
    _ kind: AlertKind, under lease: Int64, _ ended: @escaping @Sendable (_ isTaken: Bool) -> Void
  ) {
    let path = keys.alert(kind)
    let transaction = EtcdTransaction(
      [.created(key: path, 0)],
      then: [.put(key: path, value: Array(node.utf8), lease: lease)], else: [EtcdRange(key: path)])
    client.transact(transaction) { result in
      guard case .success(let outcome) = result else { return ended(false) }
      ended(outcome.isDone || outcome.contents.first?.values.first?.lease == lease)
    }
  }

  /// Gives this very claim up: a later one stays, the node's own too.
  package func release(_ kind: AlertKind, _ claim: Claim) {
    let operation = EtcdTransaction.Operation.deleteCreated(
      key: keys.alert(kind), claim.created)
    client.transact(EtcdTransaction(then: [operation])) { _ in }
  }

  /// Makes what etcd has readable; kinds of a newer version are left out.
  static func read(_ found: [EtcdKeyValue], _ keys: ClusterKeys) -> [AlertKind: Claim] {
    var claims: [AlertKind: Claim] = [:]
    for value in found {
      guard let kind = AlertKind(rawValue: String(value.key.dropFirst(keys.alerts.count))) else {
        continue
      }
      claims[kind] = Claim(lease: value.lease, created: value.created)
    }
    return claims
  }
}
