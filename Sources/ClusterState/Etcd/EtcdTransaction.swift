/// Writes that etcd does all or none of, if all comparisons hold; else it reads instead.
package struct EtcdTransaction: Sendable {
  /// What has to hold.
  package enum Comparison: Hashable, Sendable {
    /// The key came to be in this revision; 0: there is no such key.
    case created(key: String, Int64)
    /// The key was written last in this revision; 0: there is no such key.
    case modified(key: String, Int64)
    /// The key goes with this lease.
    case lease(key: String, Int64)
    /// There is no key that begins so.
    case none(prefix: String)

    /// What is compared.
    package var key: String {
      switch self {
      case .created(let key, _), .modified(let key, _), .lease(let key, _): key
      case .none(let prefix): prefix
      }
    }

    var json: String {
      let (target, field, number) =
        switch self {
        case .created(_, let number): ("CREATE", "create_revision", number)
        case .modified(_, let number): ("MOD", "mod_revision", number)
        case .lease(_, let number): ("LEASE", "lease", number)
        case .none: ("CREATE", "create_revision", 0)
        }
      var json = #"{"key":"\#(base64(key))","target":"\#(target)","\#(field)":"\#(number)""#
      if case .none(let prefix) = self {
        json += #","range_end":"\#(base64(EtcdRange.end(of: prefix)))""#
      }
      return json + "}"
    }
  }

  /// What is done.
  package enum Operation: Sendable {
    /// Writes a value; `lease` is the one it goes with, 0 is none.
    case put(key: String, value: [UInt8], lease: Int64 = 0)
    /// Deletes a key, if it is there.
    case delete(key: String)
    /// Deletes all keys that begin so.
    case deleteAll(prefix: String)
    /// Deletes a key, if it is the one that came to be in this revision.
    case deleteCreated(key: String, Int64)
    /// Reads.
    case range(EtcdRange)

    var json: String {
      switch self {
      case .put(let key, let value, 0):
        #"{"request_put":{"key":"\#(base64(key))","value":"\#(base64(value))"}}"#
      case .put(let key, let value, let lease):
        #"{"request_put":{"key":"\#(base64(key))","value":"\#(base64(value))","lease":"\#(lease)"}}"#
      case .delete(let key): #"{"request_delete_range":{"key":"\#(base64(key))"}}"#
      case .deleteAll(let prefix):
        """
        {"request_delete_range":{"key":"\(base64(prefix))",\
        "range_end":"\(base64(EtcdRange.end(of: prefix)))"}}
        """
      case .deleteCreated(let key, let revision):
        """
        {"request_txn":\
        \(EtcdTransaction([.created(key: key, revision)], then: [.delete(key: key)]).json)}
        """
      case .range(let range): #"{"request_range":\#(range.json)}"#
      }
    }
  }

  /// What has to hold.
  package var comparisons: [Comparison]
  /// What is done if it holds.
  package var operations: [Operation]
  /// What is read if it does not.
  package var otherwise: [EtcdRange]

  /// Makes a transaction.
  package init(
    _ comparisons: [Comparison] = [], then operations: [Operation],
    else otherwise: [EtcdRange] = []
  ) {
    self.comparisons = comparisons
    self.operations = operations
    self.otherwise = otherwise
  }

  var json: String {
    let failure = otherwise.map { Operation.range($0).json }
    return """
      {"compare":[\(comparisons.map(\.json).joined(separator: ","))],\
      "success":[\(operations.map(\.json).joined(separator: ","))],\
      "failure":[\(failure.joined(separator: ","))]}
      """
  }

  /// What came of it.
  package struct Outcome: Sendable {
    /// Whether all comparisons held, so that it was done.
    package var isDone: Bool
    /// etcd's revision after it; that of all it wrote, if it was done.
    package var revision: Int64
    /// What was read, in the order of the questions.
    package var contents: [EtcdContent]
  }
}
