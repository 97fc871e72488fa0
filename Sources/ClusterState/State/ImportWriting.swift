import RotationEngine
import StateStore

/// An import on its way into etcd: batch by batch, each done once, and only while nobody else can be at work.
final class ImportWriting {
  private let state: EtcdState
  private let keys: ClusterKeys
  private let lease: Int64
  /// In which revision the key that keeps others away came to be.
  private var created: Int64 = 0
  /// In which revision the last batch was done.
  private var revision: Int64 = 0
  private var count: Int64 = 0
  private var renewedAt: TimeSpan
  private var operations: [EtcdTransaction.Operation] = []
  private var bytes = 0

  /// How long others are kept away when this process has died.
  private static let life: Int64 = 60

  /// Keeps others away.
  ///
  /// - Throws: `occupied` where there is a node, or another import.
  init(_ state: EtcdState) throws(StateError) {
    self.state = state
    keys = state.keys
    let lease = Int64.random(in: 1...Int64.max)
    self.lease = lease
    renewedAt = SteadyClock.now
    _ = try state.ask { () throws(EtcdError) in
      try state.client.grant(lease: lease, seconds: Self.life)
    }
    state.lease = lease
    do throws(StateError) {
      try state.verify()
      try begin()
    } catch {
      end()
      throw error
    }
  }

  private func begin() throws(StateError) {
    let own = EtcdTransaction.Operation.put(
      key: keys.importer, value: Array(state.node.utf8), lease: lease)
    let transaction = EtcdTransaction(
      [.created(key: keys.importer, 0), .none(prefix: keys.members)],
      then: [own, .put(key: keys.partial, value: mark)],
      else: [
        EtcdRange(key: keys.importer), EtcdRange(key: keys.partial),
        EtcdRange(prefix: keys.members),
      ])
    let outcome = try state.ask { () throws(EtcdError) in try state.client.transact(transaction) }
    let found = outcome.contents.map(\.values)
    if outcome.isDone {
      (created, revision) = (outcome.revision, outcome.revision)
    } else if let own = found[0].first {
      guard own.lease == lease else {
        throw .occupied(path: keys.root, by: "another import is")
      }
      (created, revision) = (own.created, own.created)
    } else {
      let nodes = found[2].compactMap { keys.node(ofMember: $0.key)?.text }
      throw .occupied(
        path: keys.root,
        by: (nodes.count == 1 ? "node " : "nodes ") + nodes.joined(separator: ", ")
          + (nodes.count == 1 ? " is" : " are"))
    }
  }

  /// Adds something to do, of a value of so many bytes.
  func add(_ operation: EtcdTransaction.Operation, bytes: Int) throws(StateError) {
    if operations.count >= Batch.mostOperations || self.bytes + bytes > Batch.mostBytes {
      try flush()
    }
    operations.append(operation)
    self.bytes += bytes
  }

  /// Does what was added.
  func flush() throws(StateError) {
    guard !operations.isEmpty else { return }
    count += 1
    let mark = mark
    let outcome = try transact(operations + [.put(key: keys.partial, value: mark)])
    if outcome.isDone {
      revision = outcome.revision
    } else if let found = outcome.contents.last?.values.first, found.value == mark {
      // Its answer was lost.
      revision = found.modified
    } else {
      throw state.leaseIsOver
    }
    operations = []
    bytes = 0
  }

  /// Says that it is whole, and lets others in.
  func complete() throws(StateError) {
    let outcome = try transact([.delete(key: keys.partial), .delete(key: keys.importer)])
    guard outcome.isDone || outcome.contents.allSatisfy(\.values.isEmpty) else {
      throw state.leaseIsOver
    }
  }

  /// Lets others in; where it is not whole, they stay away all the same.
  func end() {
    try? state.client.revoke(lease: lease)
    state.lease = nil
  }

  private func transact(
    _ operations: [EtcdTransaction.Operation]
  ) throws(StateError) -> EtcdTransaction.Outcome {
    if SteadyClock.now - renewedAt > .seconds(Self.life / 4) {
      renewedAt = SteadyClock.now
      let left = try state.ask { () throws(EtcdError) in try state.client.keepAlive(lease: lease) }
      guard left > 0 else { throw state.leaseIsOver }
    }
    let transaction = EtcdTransaction(
      [.created(key: keys.importer, created), .modified(key: keys.partial, revision)],
      then: operations, else: [EtcdRange(key: keys.importer), EtcdRange(key: keys.partial)])
    return try state.ask { () throws(EtcdError) in try state.client.transact(transaction) }
  }

  private var mark: [UInt8] {
    var value = StoredValue()
    value.add(lease)
    value.add(count)
    return value.bytes
  }
}
