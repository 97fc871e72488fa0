import RotationEngine
import StateStore

// Claims: keys that go with this node's lease.
extension EtcdState {
  package func claim(_ key: CredentialKey) throws(StateError) -> Bool {
    guard let lease else {
      throw .unwritable(path: prefix, reason: "this node has no lease there now")
    }
    try verify()
    releaseUnreleased()
    let path = keys.claim(key)
    // Whether it still stands is seen when something is written under it.
    if kept.contains(path), case .held = claims[path] { return true }
    let transaction = EtcdTransaction(
      [.created(key: path, 0)],
      then: [.put(key: path, value: Array(node.utf8), lease: lease)],
      else: [EtcdRange(key: path)])
    let outcome: EtcdTransaction.Outcome
    do throws(EtcdError) { outcome = try client.transact(transaction) } catch {
      // It may have been made all the same, or may yet be.
      if case .unreachable = error, claims[path] == nil { unreleased.insert(path) }
      if isLeaseOver(error) {
        forgetClaims()
        throw leaseIsOver
      }
      return try ask { () throws(EtcdError) in throw error }
    }
    if outcome.isDone {
      claims[path] = .held(outcome.revision)
      return true
    }
    let found = outcome.contents.first?.values.first
    if let found, found.lease == lease {
      claims[path] = .held(found.created)
      unreleased.remove(path)
      return true
    }
    if claims[path] != nil { claims[path] = .lost }
    return false
  }

  /// Takes over claims that the node has taken already, each with the revision of etcd in which it came to be.
  ///
  /// They stay when they are released, until `letGo`.
  package func keep(_ taken: [CredentialKey: Int64]) {
    for (key, created) in taken {
      claims[keys.claim(key)] = .held(created)
      kept.insert(keys.claim(key))
    }
  }

  /// Forgets claims that were kept; whoever took them gives them up.
  package func letGo(_ released: some Sequence<CredentialKey>) {
    for key in released {
      claims[keys.claim(key)] = nil
      kept.remove(keys.claim(key))
    }
  }

  /// Releases a claim that is not kept; in a transaction, with what it writes.
  ///
  /// If etcd does not answer, the claim is given up with the next call that it answers, or with the lease.
  package func release(_ key: CredentialKey) {
    let path = keys.claim(key)
    guard !kept.contains(path) else { return }
    if pending != nil {
      if claims[path] != nil { pending?.releases.append(path) }
      return
    }
    guard let claim = claims.removeValue(forKey: path), claim != .lost else { return }
    unreleased.insert(path)
    releaseUnreleased()
  }

  /// Who has which credential now: the names of nodes.
  package func claimants() throws(StateError) -> [CredentialKey: String] {
    var claimants: [CredentialKey: String] = [:]
    for found in try values(keys.claims).values {
      guard let key = keys.credential(ofClaim: found.key) else { continue }
      claimants[key] = String(decoding: found.value, as: UTF8.self)
    }
    return claimants
  }

  /// Makes what is written for a credential depend on its claim, where this object has, or had, one.
  func fence(_ key: CredentialKey, _ keys: ClusterKeys) throws(StateError) {
    let path = keys.claim(key)
    switch claims[path] {
    case .held(let created): pending?.demand(.created(key: path, created), for: key)
    case .lost: throw .superseded(key)
    case nil: break
    }
  }

  func releaseAll() {
    let own = claims.filter { $0.value != .lost && !kept.contains($0.key) }
    unreleased.formUnion(own.keys)
    claims = [:]
    releaseUnreleased()
  }

  func releaseUnreleased() {
    guard let lease, !unreleased.isEmpty else { return }
    let paths = Array(unreleased.prefix(Self.mostOperations))
    let operations = paths.map { EtcdTransaction.Operation.deleteOfLease(key: $0, lease) }
    guard (try? client.transact(EtcdTransaction(then: operations))) != nil else { return }
    unreleased.subtract(paths)
    releaseUnreleased()
  }

  func forgetClaims() {
    claims = claims.mapValues { _ in .lost }
    unreleased = []
    writer = Writer()
    doubt = nil
  }

  /// Whether an error says that the lease under which something was to be written is no more.
  func isLeaseOver(_ error: EtcdError) -> Bool {
    if case .refused(_, let message) = error { message.contains("lease not found") } else { false }
  }
}
