import RotationEngine

// The tables `attempt` and `total`.
extension SQLiteState {
  package func begin(_ attempt: Attempt) throws(StateError) -> Int64 {
    try transaction { () throws(StateError) in
      var number: Int64 = 0
      try connection.run(SQL.insertAttempt) {
        $0.add(instanceNumber)
        AttemptRow.bind(attempt, to: &$0)
      } row: { (row: inout Row) throws(StateError) in
        number = try row.integer()
      }
      try connection.run(SQL.pruneAttempts) {
        for _ in 0..<2 {
          $0.add(instanceNumber)
          $0.add(attempt.key.connection)
          $0.add(attempt.key.id)
        }
        $0.add(Self.keptAttempts)
      }
      return number
    }
  }

  package func finish(
    _ number: Int64, _ outcome: Attempt.Outcome, at time: WallTime
  ) throws(StateError) {
    try transaction { () throws(StateError) in
      var isFinishedNow = false
      try connection.run(SQL.finishAttempt) {
        AttemptRow.bind(outcome, at: time, to: &$0)
        $0.add(number)
      } row: { (_: inout Row) throws(StateError) in
        isFinishedNow = true
      }
      if isFinishedNow { try count("attempts", label: outcome.name, by: 1) }
    }
  }

  package func unfinishedAttempts() throws(StateError) -> [Attempt] {
    try attempts(SQL.selectUnfinished) { $0.add(instanceNumber) }
  }

  package func history(keys: [CredentialKey]?, limit: Int?) throws(StateError) -> [Attempt] {
    // To SQLite a negative limit is none.
    let limit = limit.map { max(0, $0) }
    guard let keys else {
      return try attempts(SQL.selectHistory) {
        $0.add(instanceNumber)
        $0.add(limit ?? -1)
      }
    }
    var found: [Attempt] = []
    for key in Set(keys) {
      found += try attempts(SQL.selectHistoryOfOne) {
        $0.add(instanceNumber)
        $0.add(key.connection)
        $0.add(key.id)
        $0.add(limit ?? -1)
      }
    }
    found.sort { $0.number > $1.number }
    return Array(found.prefix(limit ?? found.count))
  }

  package func count(
    _ name: String, label: String, by amount: Int64
  ) throws(StateError) {
    try connection.run(SQL.count) {
      $0.add(instanceNumber)
      $0.add(name)
      $0.add(label)
      $0.add(amount)
    }
  }

  package func totals() throws(StateError) -> [Total] {
    var totals: [Total] = []
    try connection.run(SQL.selectTotals) {
      $0.add(instanceNumber)
    } row: { (row: inout Row) throws(StateError) in
      totals.append(
        Total(name: try row.text(), label: try row.text(), value: try row.integer()))
    }
    return totals
  }

  private func attempts(
    _ sql: String, _ parameters: (inout Parameters) -> Void
  ) throws(StateError) -> [Attempt] {
    var attempts: [Attempt] = []
    try connection.run(sql, parameters) { (row: inout Row) throws(StateError) in
      attempts.append(try AttemptRow.read(&row))
    }
    return attempts
  }
}

private enum SQL {
  // Numbers rise without AUTOINCREMENT, because the newest attempt is never pruned.
  static let insertAttempt = """
    INSERT INTO attempt (instance, \(AttemptRow.columns)) \
    VALUES (?, \(marks(for: AttemptRow.columns))) RETURNING number
    """

  static let pruneAttempts = """
    DELETE FROM attempt WHERE instance = ? AND connection_id = ? AND id = ? \
    AND outcome IS NOT NULL AND number <= (\
    SELECT number FROM attempt WHERE instance = ? AND connection_id = ? AND id = ? \
    ORDER BY number DESC LIMIT 1 OFFSET ?)
    """

  static let finishAttempt = """
    UPDATE attempt SET (finished_at, outcome, error_kind, error_at, error, \
    error_display_message, error_raw_message, error_http_status) = (?, ?, ?, ?, ?, ?, ?, ?) \
    WHERE number = ? AND outcome IS NULL RETURNING number
    """

  static let selectUnfinished = """
    SELECT \(AttemptRow.allColumns) FROM attempt \
    WHERE instance = ? AND outcome IS NULL ORDER BY number
    """

  static let selectHistory = """
    SELECT \(AttemptRow.allColumns) FROM attempt \
    WHERE instance = ? ORDER BY number DESC LIMIT ?
    """

  static let selectHistoryOfOne = """
    SELECT \(AttemptRow.allColumns) FROM attempt \
    WHERE instance = ? AND connection_id = ? AND id = ? ORDER BY number DESC LIMIT ?
    """

  static let count = """
    INSERT INTO total (instance, name, label, value) VALUES (?, ?, ?, ?) \
    ON CONFLICT DO UPDATE SET value = value + excluded.value
    """

  static let selectTotals = """
    SELECT name, label, value FROM total WHERE instance = ? ORDER BY name, label
    """
}
