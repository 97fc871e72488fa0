import RotationEngine
import StateStore

// From a transaction of the state to transactions of etcd.
//
// Each writes this object's own key as well, and demands that it is as this object left it. So a transaction of etcd is
// done once, however often it is sent; and whether one was done whose answer was lost shows by that key.
extension EtcdState {
  static var mostOperations: Int { Batch.mostOperations }

  /// Stores what a transaction has to write: all of it in one transaction of etcd, as long as that has the size.
  ///
  /// What belongs to one credential is stored together in any case. Where one of several transactions fails, those
  /// before it stay; to whoever repeats the whole it is as if they had not been.
  func commit(_ pending: PendingWrites) throws(StateError) {
    let cleaning = abandoned
    var others = cleaning.map { EtcdTransaction.Operation.delete(key: $0) }
    for path in pending.releases {
      if case .held(let created) = claims[path] {
        others.append(.deleteCreated(key: path, created))
      }
    }
    let pieces =
      pending.pieces(beginning: keys.open)
      + others.map { Batch.Piece(owner: nil, operations: [$0]) }
    guard !pieces.isEmpty || !pending.counts.isEmpty else { return }
    let batches = Batch.all(of: pieces)
    do throws(StateError) {
      for (index, batch) in batches.enumerated() {
        let isLast = index == batches.count - 1
        try store(batch, counting: isLast ? pending.counts : [:])
      }
    } catch {
      abandoned.formUnion(pending.begun.map { keys.open($0) })
      throw error
    }
    for (key, revision) in pending.revisions { known[key]?.revision = revision }
    for path in pending.releases { claims[path] = nil }
    abandoned.subtract(cleaning)
  }

  func store(_ batch: Batch, counting counts: [TotalName: Int64]) throws(StateError) {
    guard let lease else { throw leaseIsOver }
    writer.commits += 1
    var mark = StoredValue()
    mark.add(writer.commits)
    let ownKey = keys.writer(writer.name)
    let totalsKey = keys.totals(of: node)
    while true {
      var transaction = EtcdTransaction(
        [.modified(key: ownKey, writer.modified)],
        then: [.put(key: ownKey, value: mark.bytes, lease: lease)])
      for piece in batch.pieces {
        transaction.comparisons += piece.comparisons
        transaction.operations += piece.operations
      }
      var sums = NodeTotals()
      if !counts.isEmpty {
        sums = try ownTotals(totalsKey)
        sums.values.merge(counts) { $0 + $1 }
        transaction.comparisons.append(.modified(key: totalsKey, sums.modified))
        transaction.operations.append(
          .put(key: totalsKey, value: StoredValue(sums.values).bytes))
      }
      transaction.otherwise = transaction.comparisons.map { EtcdRange(key: $0.key) }

      let outcome: EtcdTransaction.Outcome
      do throws(EtcdError) { outcome = try client.transact(transaction) } catch {
        if isLeaseOver(error) {
          forgetClaims()
          throw batch.fenced.map { .superseded($0) } ?? leaseIsOver
        }
        if case .unreachable = error {
          doubt = Doubt(commit: mark.bytes, keys: batch.pieces.flatMap(\.keys))
        }
        return try ask { () throws(EtcdError) in throw error }
      }
      let found = Found(outcome)
      var revision = outcome.isDone ? outcome.revision : nil
      if let own = found.values[ownKey], own.value == mark.bytes { revision = own.modified }
      if let revision {
        writer.modified = revision
        if !counts.isEmpty {
          sums.modified = revision
          nodeTotals[totalsKey] = sums
        }
        return settle(batch.pieces.flatMap(\.keys), revision)
      }
      try explain(batch, found)
      writer.modified = found.values[ownKey]?.modified ?? 0
      nodeTotals[totalsKey] = nil
    }
  }

  /// Learns why a batch was not stored; returns if it may be with what is now known.
  private func explain(_ batch: Batch, _ found: Found) throws(StateError) {
    var error: StateError?
    for piece in batch.pieces {
      guard let owner = piece.owner else { continue }
      for comparison in piece.comparisons where !found.holds(comparison) {
        switch comparison {
        case .created(let key, _):
          claims[key] = .lost
          throw .superseded(owner)
        case .modified(let key, _), .lease(let key, _), .none(let key):
          known[key] = nil
          if let number = ClusterKeys.number(ofOpen: key) { unfinished[number] = nil }
          error = error ?? .outdated(owner)
        }
      }
    }
    if let error { throw error }
  }

  /// Takes note of what was stored.
  private func settle(_ paths: [String], _ revision: Int64) {
    for path in paths {
      known[path]?.modified = revision
      guard let number = ClusterKeys.number(ofOpen: path) else { continue }
      // What is written among the open ones begins, what is deleted there has ended.
      if unfinished[number]?.modified == 0 {
        unfinished[number]?.modified = revision
      } else {
        unfinished[number] = nil
      }
    }
  }

  /// Finds out whether the commit before was done.
  func resolveDoubt() throws(StateError) {
    guard let doubt else { return }
    let range = EtcdRange(key: keys.writer(writer.name))
    let own = try ask { () throws(EtcdError) in try client.range(range) }.values.first
    self.doubt = nil
    guard let own, own.value == doubt.commit else { return }
    writer.modified = own.modified
    settle(doubt.keys, own.modified)
  }

  private func ownTotals(_ path: String) throws(StateError) -> NodeTotals {
    if let known = nodeTotals[path] { return known }
    let range = EtcdRange(key: path)
    guard let found = try ask({ () throws(EtcdError) in try client.range(range) }).values.first
    else { return NodeTotals() }
    var reader = try StoredValueReader(found.value, of: path)
    return NodeTotals(values: try reader.totals(), modified: found.modified)
  }

  var leaseIsOver: StateError {
    .unreachable(path: prefix, reason: "this node's lease has ended")
  }
}

extension Batch {
  /// A credential whose claim the batch depends on, if any.
  fileprivate var fenced: CredentialKey? {
    pieces.first { piece in
      piece.comparisons.contains { if case .created = $0 { true } else { false } }
    }?.owner
  }
}

/// What a transaction of etcd read instead of being done.
private struct Found {
  private(set) var values: [String: EtcdKeyValue] = [:]

  init(_ outcome: EtcdTransaction.Outcome) {
    for value in outcome.contents.flatMap(\.values) { values[value.key] = value }
  }

  func holds(_ comparison: EtcdTransaction.Comparison) -> Bool {
    switch comparison {
    case .created(let key, let revision): (values[key]?.created ?? 0) == revision
    case .modified(let key, let revision): (values[key]?.modified ?? 0) == revision
    case .lease(let key, let lease): values[key]?.lease == lease
    case .none(let prefix): !values.keys.contains { $0.hasPrefix(prefix) }
    }
  }
}
