import RotationEngine
import SecretMemory
import StateStore

// A state as a whole, out of etcd and into it.
extension EtcdState: MovableState {
  package func content() throws(StateError) -> StateContent {
    while true {
      let (records, revision) = try changes(since: 0)
      var found: [EtcdKeyValue] = []
      do throws(EtcdError) {
        for prefix in [keys.attempts, keys.open] {
          found += try client.all(prefix, asOf: revision).values
        }
      } catch {
        // OUT_OF_RANGE: it was compacted away meanwhile.
        if case .refused(code: 11, _) = error { continue }
        return try ask { () throws(EtcdError) in throw error }
      }
      return StateContent(records: records, attempts: try attempts(found))
    }
  }

  /// Also false where an import did not come to its end.
  package func isVacant() throws(StateError) -> Bool {
    try verify()
    for prefix in [keys.records, keys.attempts, keys.open, keys.partial] {
      var range = EtcdRange(prefix: prefix)
      range.limit = 1
      range.keysOnly = true
      guard try ask({ () throws(EtcdError) in try client.range(range) }).values.isEmpty else {
        return false
      }
    }
    return true
  }

  /// The identification of the key that the fingerprints in it are made with; nil: nothing was stored yet.
  package func keyIdentification() throws(StateError) -> [UInt8]? {
    let range = EtcdRange(key: keys.identification)
    guard let found = try ask({ () throws(EtcdError) in try client.range(range) }).values.first
    else { return nil }
    var reader = try StoredValueReader(found.value, of: found.key)
    guard let bytes = reader.optionalBytes() else { return try reader.damaged() }
    return Array(bytes)
  }

  /// The nodes that are there.
  package func members() throws(StateError) -> [String] {
    let range = EtcdRange(prefix: keys.members)
    return try ask { () throws(EtcdError) in try client.range(range) }.values.compactMap {
      keys.node(ofMember: $0.key)?.text
    }
  }

  /// In many transactions, of which the last says that it is whole.
  ///
  /// Until then no node joins; where it does not come to its end, it has to be done again. `key` is this object's own.
  package func replace(with content: StateContent, key: SecretBytes?) throws(StateError) {
    let writing = try ImportWriting(self)
    defer { writing.end() }
    for prefix in [keys.records, keys.attempts, keys.open] {
      try writing.add(.deleteAll(prefix: prefix), bytes: 0)
    }
    try writing.flush()
    for record in content.records {
      let value = StoredValue(record, revision: 1).bytes
      try writing.add(.put(key: keys.record(record.key), value: value), bytes: value.count)
    }
    let first = try reserve(Int64(max(1, content.attempts.count)))
    for (index, attempt) in content.attempts.enumerated() {
      var attempt = attempt
      attempt.number = first + Int64(index)
      let value = StoredValue(attempt).bytes
      let path =
        attempt.outcome == nil
        ? keys.open(attempt.number) : keys.attempt(attempt.number, of: attempt.key)
      try writing.add(.put(key: path, value: value), bytes: value.count)
    }
    try writing.flush()
    try writing.complete()
    known = [:]
    unfinished = [:]
  }
}
