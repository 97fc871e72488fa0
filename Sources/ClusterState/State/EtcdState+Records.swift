import RotationEngine
import StateStore

// Records and what is known of the instance as a whole.
extension EtcdState {
  package func instance() throws(StateError) -> InstanceRecord {
    guard let found = try value(keys.instance) else { return InstanceRecord() }
    var reader = try StoredValueReader(found.value, of: found.key)
    return try reader.instance()
  }

  package func save(_ instance: InstanceRecord) throws(StateError) {
    try transaction { () throws(StateError) in
      pending?.set(keys.instance, to: StoredValue(instance).bytes, for: nil)
    }
  }

  package func records() throws(StateError) -> [CredentialRecord] {
    try records(since: nil).records
  }

  /// The records that were stored after a revision of etcd, by connection and id, and the revision they are of.
  package func changes(
    since revision: Int64
  ) throws(StateError) -> (records: [CredentialRecord], revision: Int64) {
    try records(since: revision + 1)
  }

  private func records(
    since revision: Int64?
  ) throws(StateError) -> (records: [CredentialRecord], revision: Int64) {
    let found = try values(keys.records, since: revision)
    var records: [CredentialRecord] = []
    for value in found.values { records.append(try record(value)) }
    records.sort { $0.key < $1.key }
    return (records, found.revision)
  }

  package func record(for key: CredentialKey) throws(StateError) -> CredentialRecord? {
    guard let found = try value(keys.record(key)) else { return nil }
    return try record(found)
  }

  private func record(_ found: EtcdKeyValue) throws(StateError) -> CredentialRecord {
    var reader = try StoredValueReader(found.value, of: found.key)
    let record = try reader.record()
    if pending?.values[found.key] == nil {
      known[found.key] = Known(revision: record.revision, modified: found.modified)
    }
    return record
  }

  /// Stores a record, if it still is as this object knows it.
  ///
  /// In a transaction the revision returned is the one that the record will have; if another node stores it before the
  /// commit, that throws `outdated`, and nothing is stored.
  @discardableResult
  package func save(_ record: CredentialRecord) throws(StateError) -> Int64 {
    guard pending == nil else { return try add(record) }
    return try untilKnown { () throws(StateError) in try add(record) }
  }

  /// Does a call of its own until nobody else was faster.
  func untilKnown<Result>(_ call: () throws(StateError) -> Result) throws(StateError) -> Result {
    while true {
      // What is known of a record was found to be outdated, and is read anew.
      do throws(StateError) { return try call() } catch .outdated { continue }
    }
  }

  private func add(_ record: CredentialRecord) throws(StateError) -> Int64 {
    try transaction { () throws(StateError) in
      try fence(record.key, keys)
      let key = keys.record(record.key)
      if known[key] == nil, try self.record(for: record.key) == nil { known[key] = Known() }
      let stored = known[key] ?? Known()
      let revision = (pending?.revisions[key] ?? stored.revision) + 1
      pending?.revisions[key] = revision
      pending?.set(key, to: StoredValue(record, revision: revision).bytes, for: record.key)
      pending?.demand(.modified(key: key, stored.modified), for: record.key)
      return revision
    }
  }
}
