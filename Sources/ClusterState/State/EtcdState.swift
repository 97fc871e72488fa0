import RotationEngine
import SecretMemory
import StateStore

/// The state of one DX instance in etcd, shared by the nodes of a cluster.
///
/// Calls wait for etcd, for its client's timeout at most: never on the client's queue, where the last reference must not
/// be given up either.
///
/// What is stored holds good only while the node's lease does. A claim goes with the lease, and whatever is written under
/// a claim is written only if that very claim still stands (fencing): a node that was held up while another took over
/// its credentials writes nothing any more, and is told so with `superseded`.
package final class EtcdState: DurableState {
  /// The node's name.
  package let node: String

  /// The lease under which this object writes; nil: it only reads.
  ///
  /// With another lease every claim made before is lost.
  package var lease: Int64? {
    didSet { if lease != oldValue { forgetClaims() } }
  }

  let client: EtcdClient
  let prefix: String
  private let key: SecretBytes?
  private var isVerified = false
  var keys: ClusterKeys

  /// What a transaction that is under way is to write.
  var pending: PendingWrites?
  /// What is known of stored records, by key.
  var known: [String: Known] = [:]
  /// The attempts that this object began, or read, and that have not ended, by their numbers.
  var unfinished: [Int64: Opened] = [:]
  /// Claims by key.
  var claims: [String: Claim] = [:]
  /// Claims that stay when they are released: the node has them for as long as the credential is its own.
  var kept: Set<String> = []
  /// Without it no attempt is begun; nil: the lease alone counts.
  package var right: SendingRight?
  /// Claims to be given up that could not be, with the revision in which each came to be.
  var unreleased: [String: Int64] = [:]
  /// Claims that were asked for without an answer: they may be there, and are to be given up then.
  var doubtful: Set<String> = []
  /// Numbers of attempts that are reserved for this object.
  var reserved: Range<Int64> = 1..<1
  /// This object's own key, which tells whether a commit was done whose answer was lost.
  var writer = Writer()
  var doubt: Doubt?
  /// Attempts whose begin failed, by key: they are not to be found by anybody.
  var abandoned: Set<String> = []
  /// This node's totals, by key, once they were read.
  var nodeTotals: [String: NodeTotals] = [:]

  /// A record as etcd has it.
  struct Known {
    var revision: Int64 = 0
    var modified: Int64 = 0
  }

  /// An attempt without an outcome.
  struct Opened {
    var attempt: Attempt
    /// Those of its instance.
    var keys: ClusterKeys
    var modified: Int64
    /// The claim under which it was begun here; nil: without, or elsewhere.
    var claim: Int64?
  }

  enum Claim: Hashable {
    /// Made in this revision of etcd.
    case held(Int64)
    /// Another has it, or may have.
    case lost
  }

  struct Writer {
    let name = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    var modified: Int64 = 0
    var commits: Int64 = 0
  }

  /// A commit that failed: whether it was done is not known.
  struct Doubt {
    let commit: [UInt8]
    let keys: [String]
  }

  struct NodeTotals {
    var values: [TotalName: Int64] = [:]
    var modified: Int64 = 0
  }

  /// Makes the state of an instance; nothing is asked of etcd yet.
  ///
  /// - Parameters:
  ///   - client: the way to etcd.
  ///   - prefix: what all keys begin with.
  ///   - url: the instance's URL, as `APISettings.url` writes it.
  ///   - node: this node's name; its totals are kept under it.
  ///   - key: the key of fingerprints, the same on every node, which never leaves the process; nil: only to read.
  ///   - lease: the lease under which to write; nil: only to read.
  package init(
    client: EtcdClient, prefix: String, instance url: String, node: String, key: SecretBytes?,
    lease: Int64?
  ) {
    self.client = client
    self.prefix = prefix
    self.node = node
    self.key = key
    self.lease = lease
    keys = ClusterKeys(prefix: prefix, instance: url)
  }

  /// The claims end with the object.
  deinit { releaseAll() }

  package func use(instance url: String) throws(StateError) {
    keys = ClusterKeys(prefix: prefix, instance: url)
  }

  package func fingerprintKey() throws(StateError) -> SecretBytes {
    guard let key else {
      throw .unwritable(path: prefix, reason: "the state is open for reading only")
    }
    return key
  }

  /// Makes sure that this node has the key of fingerprints that the others have, once; other calls do so by themselves.
  ///
  /// - Throws: `anotherKey`, `newer`, or what keeps etcd from answering.
  package func verify() throws(StateError) {
    guard !isVerified, let key else { return }
    guard let bytes = KeyIdentification.bytes(of: key) else {
      throw .failed(path: prefix, reason: "libcrypto did not compute HMAC with SHA-256")
    }
    let value = KeyIdentification.value(bytes)
    let path = keys.identification
    let range = EtcdRange(key: path)
    let found: EtcdKeyValue?
    if lease != nil {
      let transaction = EtcdTransaction(
        [.created(key: path, 0)], then: [.put(key: path, value: value)], else: [range])
      found = try ask { () throws(EtcdError) in try client.transact(transaction) }
        .contents.first?.values.first
    } else {
      found = try ask { () throws(EtcdError) in try client.range(range) }.values.first
      // Nothing was stored yet.
      guard found != nil else { return }
    }
    if let found {
      var reader = try StoredValueReader(found.value, of: path)
      guard let stored = reader.optionalBytes(), stored.elementsEqual(bytes) else {
        throw .anotherKey(path: prefix)
      }
    }
    isVerified = true
  }

  package func transaction<Result>(
    _ body: () throws(StateError) -> Result
  ) throws(StateError) -> Result {
    guard pending == nil else {
      do throws(StateError) { return try body() } catch {
        if pending?.failure == nil { pending?.failure = error }
        throw error
      }
    }
    guard lease != nil else {
      throw .unwritable(path: prefix, reason: "this node has no lease there now")
    }
    try verify()
    try resolveDoubt()
    pending = PendingWrites()
    defer { pending = nil }
    do throws(StateError) {
      let result = try body()
      if let failure = pending?.failure { throw failure }
      for (path, key) in pending?.histories ?? [:] { try prune(path, of: key) }
      if let pending { try commit(pending) }
      return result
    } catch {
      for number in pending?.begun ?? [] { unfinished[number] = nil }
      throw error
    }
  }

  /// Asks etcd, and says in the state's terms why it gave no answer.
  func ask<Answer>(_ call: () throws(EtcdError) -> Answer) throws(StateError) -> Answer {
    do throws(EtcdError) { return try call() } catch {
      switch error {
      case .unreachable: throw .unreachable(path: prefix, reason: error.description)
      // PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNAUTHENTICATED.
      case .refused(code: 7, _), .refused(code: 8, _), .refused(code: 16, _):
        throw .unwritable(path: prefix, reason: error.description)
      case .refused, .malformed: throw .failed(path: prefix, reason: error.description)
      }
    }
  }

  /// The value of one key, as the transaction under way would have it; nil: there is none.
  func value(_ key: String) throws(StateError) -> EtcdKeyValue? {
    if let value = pending?.values[key] {
      return value.map { EtcdKeyValue(key: key, value: $0, created: .max, modified: .max) }
    }
    try verify()
    return try ask { () throws(EtcdError) in try client.range(EtcdRange(key: key)) }.values.first
  }

  /// All keys that begin with a prefix, as the transaction under way would have them, and the revision they are of.
  func values(
    _ prefix: String, keysOnly: Bool = false, since revision: Int64? = nil
  ) throws(StateError) -> (values: [EtcdKeyValue], revision: Int64) {
    try verify()
    var (values, revision) = try ask { () throws(EtcdError) in
      try client.all(prefix, keysOnly: keysOnly, since: revision)
    }
    guard let pending else { return (values, revision) }
    values.removeAll { pending.values[$0.key] != nil }
    for case (let key, let value?) in pending.values where key.hasPrefix(prefix) {
      values.append(EtcdKeyValue(key: key, value: value, created: .max, modified: .max))
    }
    values.sort { $0.key < $1.key }
    return (values, revision)
  }
}
