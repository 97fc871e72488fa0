import RotationEngine

/// An `InstanceRecord` as a row of `instance`, its alerts aside.
package enum InstanceRow {
  /// In the order in which `bind` and `read` go through them.
  static let columns = """
    unauthorized_since, probe_since, probe_failures, probe_next_at, refused_key, \
    throttle_since, throttle_failures, throttle_next_at, unreachable_since, \
    key_failing_since, summary_said_at, key_expires_at
    """

  package static func bind(_ record: InstanceRecord, to parameters: inout some FieldWriter) {
    parameters.add(record.unauthorizedSince)
    parameters.add(record.probe)
    parameters.add(record.refusedKey)
    parameters.add(record.throttle)
    parameters.add(record.unreachableSince)
    parameters.add(record.keyFailingSince)
    parameters.add(record.summarySaidAt)
    parameters.add(record.keyExpiresAt)
  }

  package static func read(_ row: inout some FieldReader) throws(StateError) -> InstanceRecord {
    var record = InstanceRecord()
    record.unauthorizedSince = row.optionalTime()
    record.probe = try row.backoff()
    record.refusedKey = try row.optionalFingerprint()
    record.throttle = try row.backoff()
    record.unreachableSince = row.optionalTime()
    record.keyFailingSince = row.optionalTime()
    record.summarySaidAt = row.optionalTime()
    record.keyExpiresAt = row.optionalTime()
    return record
  }
}
