import ClusterSharing
import RotationEngine

/// What a node asks of etcd for its place in a cluster, request by request.
struct MembershipRequests: Sendable {
  let client: EtcdClient
  let keys: ClusterKeys
  let node: NodeName
  /// How long a lease lives that is not renewed.
  let lease: TimeSpan

  /// A lease that has ended.
  private static let over: Int64 = 0

  /// Makes a lease, and registers under it, which fails while a node of this name is registered.
  func join(
    _ value: MemberValue, pages: [[UInt8]],
    _ completion: @escaping @Sendable (Result<Lease, ClusterFailure>) -> Void
  ) {
    let id = Int64.random(in: 1...Int64.max)
    client.grant(lease: id, seconds: lease.milliseconds / 1_000) { result in
      switch result {
      case .failure(let error): completion(.failure(.unavailable(error.description)))
      case .success(let seconds):
        let granted = Lease(id: id, life: .seconds(seconds))
        register(under: id, value, pages) { isRegistered in
          if case .failure(let failure) = isRegistered {
            client.revoke(lease: id) { _ in }
            return completion(.failure(failure))
          }
          completion(.success(granted))
        }
      }
    }
  }

  private func register(
    under lease: Lease.ID, _ value: MemberValue, _ pages: [[UInt8]],
    _ completion: @escaping @Sendable (Result<Void, ClusterFailure>) -> Void
  ) {
    let path = keys.member(node)
    let transaction = EtcdTransaction(
      [.created(key: path, 0)], then: writes(value, pages, under: lease),
      else: [EtcdRange(key: path)])
    client.transact(transaction) { result in
      completion(
        result.mapError { .unavailable($0.description) }.flatMap { outcome in
          let found = outcome.contents.first?.values.first
          // A registration whose answer was lost is this node's own.
          if outcome.isDone || found?.lease == lease { return .success(()) }
          return .failure(
            .unavailable(
              "a node called \(node.text) is in the cluster, or was until a moment ago"))
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
  }

  /// Renews the lease, writes what has changed, and reads who else is there and what is asked.
  func beat(
    _ lease: Lease.ID, _ changes: (value: MemberValue, pages: [[UInt8]])?,
    _ completion: @escaping @Sendable (Result<Found, ClusterFailure>) -> Void
  ) {
    client.keepAlive(lease: lease) { result in
      switch result {
      case .failure(let error): return completion(.failure(.unavailable(error.description)))
      case .success(Self.over): return completion(.failure(.leaseOver))
      case .success: break
      }
      let writes = changes.map { self.writes($0.value, $0.pages, under: lease) } ?? []
      let transaction = EtcdTransaction(
        [.lease(key: keys.member(node), lease)],
        then: writes
          + [keys.members, keys.questions(to: node)].map {
            .range(EtcdRange(prefix: $0))
          })
      client.transact(transaction) { result in
        completion(
          result.mapError { .unavailable($0.description) }.flatMap { outcome in
            guard outcome.isDone, outcome.contents.count == 2 else { return .failure(.leaseOver) }
            return .success(
              Found(
                members: outcome.contents[0].values, questions: outcome.contents[1].values))
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

  /// The claims that were taken, with the revision of etcd in which each came to be; nil: nobody knows.
  typealias Taken = [CredentialKey: Int64]

  /// Takes those of these claims that nobody holds.
  func take(
    _ claims: [CredentialKey], under lease: Lease.ID,
    _ completion: @escaping @Sendable (Taken?) -> Void
  ) {
    take(claims, under: lease, earlier: [:], tries: 3, completion)
  }

  private func take(
    _ claims: [CredentialKey], under lease: Lease.ID, earlier: Taken, tries: Int,
    _ completion: @escaping @Sendable (Taken?) -> Void
  ) {
    guard !claims.isEmpty, tries > 0 else { return completion(earlier) }
    let paths = claims.map(keys.claim)
    let transaction = EtcdTransaction(
      paths.map { .created(key: $0, 0) },
      then: paths.map { .put(key: $0, value: Array(node.text.utf8), lease: lease) },
      else: paths.map { EtcdRange(key: $0) })
    client.transact(transaction) { result in
      guard case .success(let outcome) = result else { return completion(nil) }
      var taken = earlier
      if outcome.isDone {
        for claim in claims { taken[claim] = outcome.revision }
        return completion(taken)
      }
      // Some are somebody's; the others may be had without them.
      var free: [CredentialKey] = []
      for (claim, content) in zip(claims, outcome.contents) {
        guard let found = content.values.first else {
          free.append(claim)
          continue
        }
        if found.lease == lease { taken[claim] = found.created }
      }
      take(free, under: lease, earlier: taken, tries: tries - 1, completion)
    }
  }

  /// Gives claims up; one that is not this lease's stays.
  func release(
    _ claims: [CredentialKey], under lease: Lease.ID,
    _ completion: @escaping @Sendable (_ isDone: Bool) -> Void
  ) {
    let operations = claims.map {
      EtcdTransaction.Operation.deleteOfLease(key: keys.claim($0), lease)
    }
    client.transact(EtcdTransaction(then: operations)) { result in
      if case .success = result { completion(true) } else { completion(false) }
    }
  }
}
