import RotationEngine

/// An `Attempt` as a row of `attempt`.
package enum AttemptRow {
  /// What is known before it is sent, in the order in which `bind` goes through it.
  static let columns = "connection_id, id, name, fingerprint, reason, ordinal, at"
  /// All of it, in the order in which `read` goes through it.
  static let allColumns = """
    number, \(columns), finished_at, outcome, error_kind, error_at, error, \
    error_display_message, error_raw_message, error_http_status
    """

  package static func bind(_ attempt: Attempt, to parameters: inout some FieldWriter) {
    parameters.add(attempt.key.connection)
    parameters.add(attempt.key.id)
    parameters.add(attempt.name)
    parameters.add(attempt.fingerprint)
    parameters.add(attempt.reason.rawValue)
    parameters.add(attempt.ordinal)
    parameters.add(attempt.at)
  }

  /// `finished_at`, `outcome` and the error's columns.
  package static func bind(
    _ outcome: Attempt.Outcome, at time: WallTime, to parameters: inout some FieldWriter
  ) {
    parameters.add(time)
    parameters.add(outcome.name)
    switch outcome {
    case .accepted: parameters.add(LastError?.none)
    case .failed(let error): parameters.add(error)
    }
  }

  package static func read(_ row: inout some FieldReader) throws(StateError) -> Attempt {
    let number = try row.integer()
    var attempt = Attempt(
      key: CredentialKey(connection: try row.integer(), id: try row.integer()),
      name: try row.text(), fingerprint: try row.fingerprint(),
      reason: try row.name(of: Attempt.Reason.self), ordinal: try row.count(),
      at: try row.time())
    attempt.number = number
    attempt.finishedAt = row.optionalTime()
    // The outcome's name is there for whoever looks at the table; the error's columns say the same.
    let isFinished = row.optionalText() != nil
    let error = try row.lastError()
    if isFinished { attempt.outcome = error.map { .failed($0) } ?? .accepted }
    return attempt
  }
}
