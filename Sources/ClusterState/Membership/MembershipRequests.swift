import ClusterSharing
import RotationEngine
import StateStore

/// What a node asks of etcd for its place in a cluster, request by request.
struct MembershipRequests: Sendable {
  let client: EtcdClient
  let keys: ClusterKeys
  let node: NodeName
  /// How long a lease lives that is not renewed.
  let lease: TimeSpan
  /// What tells the key of this node's fingerprints from another.
  let identification: [UInt8]

  /// A lease that has ended.
  private static let over: Int64 = 0

  /// Makes a lease, and registers under it, which fails while a node of this name is registered.
  func join(
    _ value: MemberValue, pages: [[UInt8]],
    _ completion: @escaping @Sendable (Result<Registration, ClusterFailure>) -> Void
  ) {
    let id = Int64.random(in: 1...Int64.max)
    client.grant(lease: id, seconds: lease.milliseconds / 1_000) { result in
      switch result {
      case .failure(let error): completion(.failure(ClusterFailure(error)))
      case .success(let seconds):
        let granted = Lease(id: id, life: .seconds(seconds))
        agreeOnKey { agreed in
          guard case .failure(let failure) = agreed else {
            return register(under: id, value, pages) { registered in
              if case .failure = registered { client.revoke(lease: id) { _ in } }
              completion(registered.map { Registration(lease: granted, revision: $0) })
            }
          }
          client.revoke(lease: id) { _ in }
          completion(.failure(failure))
        }
      }
    }
  }

  /// A place in the cluster.
  struct Registration: Sendable {
    var lease: Lease
    /// The revision of etcd in which the node's own key was written.
    var revision: Int64
  }

  /// Makes sure that what is stored was made with this node's key; with another it could do nothing for its share.
  private func agreeOnKey(
    _ completion: @escaping @Sendable (Result<Void, ClusterFailure>) -> Void
  ) {
    let path = keys.identification
    let value = KeyIdentification.value(identification)
    let transaction = EtcdTransaction(
      [.created(key: path, 0)], then: [.put(key: path, value: value)], else: [EtcdRange(key: path)])
    client.transact(transaction) { result in
      completion(
        result.mapError(ClusterFailure.init).flatMap { outcome in
          if outcome.isDone || outcome.contents.first?.values.first?.value == value {
            return .success(())
          }
          return .failure(.refused(StateError.anotherKey(path: keys.prefix).description))
        })
    }
  }

  private func register(
    under lease: Lease.ID, _ value: MemberValue, _ pages: [[UInt8]],
    _ completion: @escaping @Sendable (Result<Int64, ClusterFailure>) -> Void
  ) {
    let path = keys.member(node)
    let imports = [keys.importer, keys.partial]
    let transaction = EtcdTransaction(
      ([path] + imports).map { .created(key: $0, 0) }, then: writes(value, pages, under: lease),
      else: ([path] + imports).map { EtcdRange(key: $0) })
    client.transact(transaction) { result in
      completion(
        result.mapError(ClusterFailure.init).flatMap { outcome in
          let found = outcome.contents.first?.values.first
          if outcome.isDone { return .success(outcome.revision) }
          // A registration whose answer was lost is this node's own.
          if let found, found.lease == lease { return .success(found.modified) }
          if let found = outcome.contents.dropFirst().flatMap(\.values).first {
            return .failure(.refused(ImportUnderWay(found, keys).description))
          }
          return .failure(
            .refused(
              "a node called \(node.text) is in the cluster, or was until a moment ago: each needs a name of its own"
            ))
        })
    }
  }

  private func writes(
    _ value: MemberValue, _ pages: [[UInt8]], under lease: Lease.ID
  ) -> [EtcdTransaction.Operation] {
    pages.enumerated().map {
      .put(key: keys.configured(node, page: $0.offset), value: $0.element, lease: lease)
    } + [.put(key: keys.member(node), value: value.bytes, lease: lease)]
  }

  /// What a heartbeat finds.
  struct Found: Sendable {
    /// The nodes that are there.
    var members: [EtcdKeyValue]
    /// What other nodes ask of this one.
    var questions: [EtcdKeyValue]
    /// Who tells of which alert that belongs to no credential.
    var alerts: [EtcdKeyValue]
  }

  /// Renews the lease, writes what has changed, and reads who else is there and what is asked.
  func beat(
    _ lease: Lease.ID, _ changes: (value: MemberValue, pages: [[UInt8]])?,
    _ completion: @escaping @Sendable (Result<Found, ClusterFailure>) -> Void
  ) {
    client.keepAlive(lease: lease) { result in
      switch result {
      case .failure(let error): return completion(.failure(ClusterFailure(error)))
      case .success(Self.over): return completion(.failure(.leaseOver))
      case .success: break
      }
      let writes = changes.map { self.writes($0.value, $0.pages, under: lease) } ?? []
      let transaction = EtcdTransaction(
        [.lease(key: keys.member(node), lease)],
        then: writes
          + [keys.members, keys.questions(to: node), keys.alerts].map {
            .range(EtcdRange(prefix: $0))
          })
      client.transact(transaction) { result in
        completion(
          result.mapError(ClusterFailure.init).flatMap { outcome in
            guard outcome.isDone, outcome.contents.count == 3 else { return .failure(.leaseOver) }
            return .success(
              Found(
                members: outcome.contents[0].values, questions: outcome.contents[1].values,
                alerts: outcome.contents[2].values))
          })
      }
    }
  }

  /// What another node has in its configuration.
  func configured(
    by node: NodeName, _ completion: @escaping @Sendable ([EtcdKeyValue]?) -> Void
  ) {
    client.range(EtcdRange(prefix: keys.configured(node))) { result in
      completion(try? result.get().values)
    }
  }

  /// Claims, with the revision of etcd in which each came to be.
  typealias Taken = [CredentialKey: Int64]

  /// Takes those of these claims that nobody holds; the completion takes nil where nobody knows what was taken.
  ///
  /// It is done only while the node's own key is as it was written in this revision. So once that key is written again, a
  /// request that is still on its way somewhere takes nothing any more.
  func take(
    _ claims: [CredentialKey], under registration: Registration,
    _ completion: @escaping @Sendable (Taken?) -> Void
  ) {
    take(claims, under: registration, earlier: [:], tries: 3, completion)
  }

  private func take(
    _ claims: [CredentialKey], under registration: Registration, earlier: Taken, tries: Int,
    _ completion: @escaping @Sendable (Taken?) -> Void
  ) {
    guard !claims.isEmpty, tries > 0 else { return completion(earlier) }
    let lease = registration.lease.id
    let own = keys.member(node)
    let paths = claims.map(keys.claim)
    let transaction = EtcdTransaction(
      [.modified(key: own, registration.revision)] + paths.map { .created(key: $0, 0) },
      then: paths.map { .put(key: $0, value: Array(node.text.utf8), lease: lease) },
      else: [EtcdRange(key: own)] + paths.map { EtcdRange(key: $0) })
    // Once: a copy that came when the claim was given up again would leave one that nobody knows of.
    client.transact(transaction, repeats: false) { result in
      guard case .success(let outcome) = result else { return completion(nil) }
      var taken = earlier
      if outcome.isDone {
        for claim in claims { taken[claim] = outcome.revision }
        return completion(taken)
      }
      guard outcome.contents.first?.values.first?.modified == registration.revision else {
        return completion(nil)
      }
      // Some are somebody's; the others may be had without them.
      var free: [CredentialKey] = []
      for (claim, content) in zip(claims, outcome.contents.dropFirst()) {
        guard let found = content.values.first else {
          free.append(claim)
          continue
        }
        if found.lease == lease { taken[claim] = found.created }
      }
      take(free, under: registration, earlier: taken, tries: tries - 1, completion)
    }
  }

  /// Gives these very claims up: a later one on the same credential stays, the node's own too.
  func release(_ claims: Taken, _ completion: @escaping @Sendable (_ isDone: Bool) -> Void) {
    let operations = claims.map {
      EtcdTransaction.Operation.deleteCreated(key: keys.claim($0.key), $0.value)
    }
    client.transact(EtcdTransaction(then: operations)) { result in
      if case .success = result { completion(true) } else { completion(false) }
    }
  }

  /// Which of these claims are held under the lease; the completion takes nil where etcd does not tell.
  func find(
    _ claims: [CredentialKey], under lease: Lease.ID,
    _ completion: @escaping @Sendable (Taken?) -> Void
  ) {
    let ranges = claims.map { EtcdTransaction.Operation.range(EtcdRange(key: keys.claim($0))) }
    client.transact(EtcdTransaction(then: ranges)) { result in
      guard case .success(let outcome) = result else { return completion(nil) }
      var found: Taken = [:]
      for (claim, content) in zip(claims, outcome.contents) {
        if let value = content.values.first, value.lease == lease { found[claim] = value.created }
      }
      completion(found)
    }
  }
}

extension ClusterFailure {
  init(_ error: EtcdError) {
    switch error {
    // RESOURCE_EXHAUSTED: etcd's space is used up, for all.
    case .unreachable, .malformed, .refused(code: 8, _): self = .unavailable(error.description)
    case .refused: self = .refused(error.description)
    }
  }
}
