import RotationEngine
import SecretMemory

extension SQLiteState: MovableState {
  package func content() throws(StateError) -> StateContent {
    try connection.snapshot { () throws(StateError) in
      StateContent(records: try records(), attempts: try history(keys: nil, limit: nil))
    }
  }

  package func isVacant() throws(StateError) -> Bool {
    guard try records().isEmpty else { return false }
    return try history(keys: nil, limit: 1).isEmpty
  }

  /// In one transaction, the key too: whenever the process or the machine dies, all of it is there or nothing.
  ///
  /// - Throws: also `unwritable` where the key would be another, and other instances in the directory have records that
  ///   were made with the one before.
  package func replace(with content: StateContent, key new: SecretBytes?) throws(StateError) {
    var next: KeyFile?
    if let new {
      let file = try KeyFile(key: new, at: directory.nextKey)
      try file.write(directory.nextKey, in: directory)
      next = file
    }
    try transaction { () throws(StateError) in
      if let next { try take(next) }
      for sql in SQL.deletions { try connection.run(sql) { $0.add(instanceNumber) } }
      for record in content.records { try save(record) }
      for attempt in content.attempts {
        try connection.run(SQL.insertAttempt) {
          $0.add(instanceNumber)
          AttemptRow.bind(attempt, to: &$0)
          if let outcome = attempt.outcome, let time = attempt.finishedAt {
            AttemptRow.bind(outcome, at: time, to: &$0)
          } else {
            for _ in 0..<8 { $0.add(Int64?.none) }
          }
        }
      }
    }
    if let next {
      try directory.move(directory.nextKey, to: directory.key)
      use(key: next.key)
    }
  }

  private func take(_ next: KeyFile) throws(StateError) {
    var others: Int64 = 0
    try connection.run("SELECT count(*) FROM credential WHERE instance != ?") {
      $0.add(instanceNumber)
    } row: { (row: inout Row) throws(StateError) in
      others = try row.integer()
    }
    guard others == 0 else {
      throw .unwritable(
        path: directory.key,
        reason: "\(others) records of another DX instance in \(directory.path) were made with it")
    }
    try connection.run("UPDATE store SET key_id = ?") { $0.add(next.id) }
    // A fingerprint too, of an API key that was refused.
    try connection.run("UPDATE instance SET refused_key = NULL")
  }
}

private enum SQL {
  /// Each of what belongs to an instance's credentials.
  static let deletions = [
    "DELETE FROM alert WHERE credential IN (SELECT number FROM credential WHERE instance = ?)",
    "DELETE FROM refusal WHERE credential IN (SELECT number FROM credential WHERE instance = ?)",
    "DELETE FROM credential WHERE instance = ?",
    "DELETE FROM attempt WHERE instance = ?",
  ]

  static let insertAttempt = """
    INSERT INTO attempt (instance, \(AttemptRow.columns), finished_at, outcome, error_kind, \
    error_at, error, error_display_message, error_raw_message, error_http_status) \
    VALUES (?, \(marks(for: AttemptRow.columns)), ?, ?, ?, ?, ?, ?, ?, ?)
    """
}
