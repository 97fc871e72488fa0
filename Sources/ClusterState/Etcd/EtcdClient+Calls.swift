import RotationEngine
import SecretMemory

// The calls that are used, each in both forms.
extension EtcdClient {
  /// Reads keys and values.
  package func range(_ range: EtcdRange, _ completion: @escaping Completion<EtcdContent>) {
    start("kv/range", text(range.json)) { (result: Result<RangeJSON, EtcdError>) in
      completion(result.map(\.plain))
    }
  }

  /// Reads keys and values, and waits for them.
  package func range(_ range: EtcdRange) throws(EtcdError) -> EtcdContent {
    try wait { self.range(range, $0) }
  }

  /// Does a transaction, maybe more than once; without `repeats` once at most.
  package func transact(
    _ transaction: EtcdTransaction, repeats: Bool = true,
    _ completion: @escaping Completion<EtcdTransaction.Outcome>
  ) {
    start("kv/txn", text(transaction.json), repeats: repeats) {
      (result: Result<TransactionJSON, EtcdError>) in
      completion(result.map(\.plain))
    }
  }

  /// Does a transaction, maybe more than once, and waits for its outcome; without `repeats` once at most.
  package func transact(
    _ transaction: EtcdTransaction, repeats: Bool = true
  ) throws(EtcdError) -> EtcdTransaction.Outcome {
    try wait { self.transact(transaction, repeats: repeats, $0) }
  }

  /// Makes a lease of an id that this client chose; one that it has already counts as made.
  ///
  /// The completion takes the seconds that it lasts, which may be more than were asked for.
  package func grant(
    lease: Int64, seconds: Int64, _ completion: @escaping Completion<Int64>
  ) {
    start("lease/grant", text(#"{"ID":"\#(lease)","TTL":"\#(seconds)"}"#)) {
      (result: Result<LeaseJSON, EtcdError>) in
      if case .failure(.refused(_, let message)) = result, message.contains("already exists") {
        return completion(.success(seconds))
      }
      completion(result.map(\.seconds))
    }
  }

  /// Makes a lease of an id that this client chose, and waits for it.
  package func grant(lease: Int64, seconds: Int64) throws(EtcdError) -> Int64 {
    try wait { grant(lease: lease, seconds: seconds, $0) }
  }

  /// Has a lease begin anew.
  ///
  /// The completion takes the seconds that it lasts; 0: it has ended. For its answer a call may be given less time than
  /// others have.
  package func keepAlive(
    lease: Int64, timeout: TimeSpan? = nil, _ completion: @escaping Completion<Int64>
  ) {
    start("lease/keepalive", text(#"{"ID":"\#(lease)"}"#), timeout: timeout) {
      (result: Result<StreamJSON, EtcdError>) in
      completion(
        result.flatMap { stream in
          guard let lease = stream.result else {
            return .failure(.unreachable(stream.error?.message ?? "the stream ended"))
          }
          return .success(lease.seconds)
        })
    }
  }

  /// Has a lease begin anew, and waits for it.
  package func keepAlive(lease: Int64) throws(EtcdError) -> Int64 {
    try wait { keepAlive(lease: lease, $0) }
  }

  /// Ends a lease, and with it all keys that go with it; one that has ended already counts as ended.
  package func revoke(lease: Int64, _ completion: @escaping Completion<Void>) {
    start("lease/revoke", text(#"{"ID":"\#(lease)"}"#)) {
      (result: Result<EmptyJSON, EtcdError>) in
      if case .failure(.refused(_, let message)) = result, message.contains("not found") {
        return completion(.success(()))
      }
      completion(result.map { _ in })
    }
  }

  /// Ends a lease, and waits for it.
  package func revoke(lease: Int64) throws(EtcdError) {
    try wait { revoke(lease: lease, $0) }
  }

  private func text(_ json: String) -> SecretBytes { SecretBytes(copying: json.utf8) }
}
