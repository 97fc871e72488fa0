import RotationEngine
import StateStore

// Claims: keys that go with this node's lease.
extension EtcdState {
  package func claim(_ key: CredentialKey) throws(StateError) -> Bool {
    guard let lease else {
      throw .unwritable(path: prefix, reason: "this node has no lease there now")
    }
    try verify()
    let path = keys.claim(key)
    // Whether it still stands is seen when something is written under it.
    if kept.contains(path), case .held = claims[path] { return true }
    try resolveDoubt()
    releaseUnreleased()
    let own = keys.writer(writer.name)
    while true {
      let transaction = EtcdTransaction(
        [.modified(key: own, writer.modified), .created(key: path, 0)],
        then: [.put(key: path, value: Array(node.utf8), lease: lease)],
        else: [EtcdRange(key: path), EtcdRange(key: own)])
      let outcome: EtcdTransaction.Outcome
      do throws(EtcdError) { outcome = try client.transact(transaction, repeats: false) } catch {
        // It may have been made all the same, or may yet be.
        if case .unreachable = error, claims[path] == nil {
          doubtful.insert(path)
          if findDoubtful(), let created = unreleased.removeValue(forKey: path) {
            claims[path] = .held(created)
            return true
          }
        }
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
      if let found = outcome.contents.first?.values.first {
        guard found.lease == lease else {
          if claims[path] != nil { claims[path] = .lost }
          return false
        }
        claims[path] = .held(found.created)
        doubtful.remove(path)
        unreleased[path] = nil
        return true
      }
      writer.modified = outcome.contents.last?.values.first?.modified ?? 0
    }
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
    guard case .held(let created) = claims.removeValue(forKey: path) else { return }
    unreleased[path] = created
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
    for case (let path, .held(let created)) in claims where !kept.contains(path) {
      unreleased[path] = created
    }
    claims = [:]
    releaseUnreleased()
  }

  /// Gives up what could not be given up before: each the very claim that was made, whatever there is by now.
  func releaseUnreleased() {
    guard lease != nil, findDoubtful() else { return }
    while !unreleased.isEmpty {
      let some = unreleased.prefix(Self.mostOperations)
      let operations = some.map {
        EtcdTransaction.Operation.deleteCreated(key: $0.key, $0.value)
      }
      guard (try? client.transact(EtcdTransaction(then: operations))) != nil else { return }
      for (path, _) in some { unreleased[path] = nil }
    }
  }

  /// Finds out which claims were made without an answer; false if etcd does not tell.
  private func findDoubtful() -> Bool {
    while !doubtful.isEmpty {
      // With the own key written anew, what is still on its way claims nothing any more.
      guard (try? store(Batch(), counting: [:])) != nil else { return false }
      let paths = Array(doubtful.prefix(Self.mostOperations))
      let ranges = paths.map { EtcdTransaction.Operation.range(EtcdRange(key: $0)) }
      guard let outcome = try? client.transact(EtcdTransaction(then: ranges)) else { return false }
      for value in outcome.contents.flatMap(\.values) where value.lease == lease {
        unreleased[value.key] = value.created
      }
      doubtful.subtract(paths)
    }
    return true
  }

  func forgetClaims() {
    claims = claims.mapValues { _ in .lost }
    unreleased = [:]
    doubtful = []
    writer = Writer()
    doubt = nil
  }

  /// Whether an error says that the lease under which something was to be written is no more.
  func isLeaseOver(_ error: EtcdError) -> Bool {
    if case .refused(_, let message) = error { message.contains("lease not found") } else { false }
  }
}
