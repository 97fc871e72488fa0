import RotationEngine

/// A `CredentialRecord` as a row of `credential`, its refusals and alerts aside.
package enum CredentialRow {
  /// In the order in which `bind` and `read` go through them.
  static let columns = """
    connection_id, id, name, first_read_at, sources_digest, accepted_fingerprint, accepted_at, \
    accepted_origin, accepted_expiration, accepted_superseded_date, accepted_listed_date, \
    recent_sends, backoff_since, backoff_failures, backoff_next_at, listed_at, \
    listed_expiration, listed_disabled_at, missing_since, source_fingerprint, \
    source_failing_since, source_failure, source_failure_message, error_kind, error_at, error, \
    error_display_message, error_raw_message, error_http_status, said_expiration_unknown, \
    state, needs_attention, expires_at, expires_from, window_opens_at, attempts, next_action_at, \
    accepted_in_doubt, accepted_former
    """

  package static func bind(_ record: CredentialRecord, to parameters: inout some FieldWriter) {
    parameters.add(record.key.connection)
    parameters.add(record.key.id)
    parameters.add(record.name)
    parameters.add(record.firstReadAt)
    parameters.add(Int64(bitPattern: record.sourcesDigest))
    parameters.add(record.accepted?.fingerprint)
    parameters.add(record.accepted?.at)
    parameters.add(record.accepted?.origin.rawValue)
    parameters.add(record.accepted?.expiration)
    parameters.add(record.accepted?.supersededDate)
    parameters.add(record.accepted?.listedDate)
    parameters.add(TimeList.text(of: record.recentSends))
    parameters.add(record.backoff)
    parameters.add(record.listed.at)
    parameters.add(record.listed.expiration)
    parameters.add(record.listed.disabledAt)
    parameters.add(record.listed.missingSince)
    parameters.add(record.source.fingerprint)
    parameters.add(record.source.failingSince)
    parameters.add(record.source.failure?.kind.rawValue)
    parameters.add(record.source.failure?.message)
    parameters.add(record.lastError)
    parameters.add(record.saidExpirationUnknown)
    parameters.add(record.view.state.rawValue)
    parameters.add(record.view.needsAttention)
    parameters.add(record.view.expiresAt)
    parameters.add(record.view.expiresFrom?.rawValue)
    parameters.add(record.view.windowOpensAt)
    parameters.add(record.view.attempts)
    parameters.add(record.view.nextActionAt)
    parameters.add(record.accepted?.isInDoubt ?? false)
    parameters.add(record.accepted?.former)
  }

  package static func read(_ row: inout some FieldReader) throws(StateError) -> CredentialRecord {
    let key = CredentialKey(connection: try row.integer(), id: try row.integer())
    var record = CredentialRecord(key: key, name: try row.text())
    record.firstReadAt = row.optionalTime()
    record.sourcesDigest = UInt64(bitPattern: try row.integer())
    record.accepted = try accepted(&row)
    guard let sends = TimeList(text: try row.text()) else { return try row.damaged() }
    record.recentSends = sends.times
    record.backoff = try row.backoff()
    record.listed.at = row.optionalTime()
    record.listed.expiration = row.optionalTime()
    record.listed.disabledAt = row.optionalTime()
    record.listed.missingSince = row.optionalTime()
    record.source.fingerprint = try row.optionalFingerprint()
    record.source.failingSince = row.optionalTime()
    record.source.failure = try failure(&row)
    record.lastError = try row.lastError()
    record.saidExpirationUnknown = try row.flag()
    record.view.state = try row.name(of: CredentialState.self)
    record.view.needsAttention = try row.flag()
    record.view.expiresAt = row.optionalTime()
    record.view.expiresFrom = try row.optionalName(of: ExpirationOrigin.self)
    record.view.windowOpensAt = row.optionalTime()
    record.view.attempts = try row.count()
    record.view.nextActionAt = row.optionalTime()
    let isInDoubt = try row.flag()
    record.accepted?.isInDoubt = isInDoubt
    let former = try row.optionalFingerprint()
    record.accepted?.former = former
    return record
  }

  private static func accepted(_ row: inout some FieldReader) throws(StateError) -> AcceptedValue? {
    guard let fingerprint = try row.optionalFingerprint() else {
      row.skip(5)
      return nil
    }
    return AcceptedValue(
      fingerprint: fingerprint, at: try row.time(),
      origin: try row.name(of: AcceptedValue.Origin.self), expiration: row.optionalTime(),
      supersededDate: row.optionalTime(), listedDate: row.optionalTime())
  }

  private static func failure(_ row: inout some FieldReader) throws(StateError) -> SourceFailure? {
    guard let kind = try row.optionalName(of: SourceFailure.Kind.self) else {
      row.skip(1)
      return nil
    }
    return SourceFailure(kind, try row.text())
  }
}

/// A few times in one column: their milliseconds, separated by commas.
private struct TimeList {
  let times: [WallTime]

  init?(text: String) {
    var times: [WallTime] = []
    for number in text.split(separator: ",") {
      guard let milliseconds = Int64(number) else { return nil }
      times.append(WallTime(millisecondsSinceEpoch: milliseconds))
    }
    self.times = times
  }

  static func text(of times: [WallTime]) -> String {
    times.map { String($0.millisecondsSinceEpoch) }.joined(separator: ",")
  }
}
