import RotationEngine

// The tables `instance`, `credential`, `refusal` and `alert`.
extension SQLiteState {
  package func instance() throws(StateError) -> InstanceRecord {
    var record = InstanceRecord()
    try connection.run(SQL.selectInstance) {
      $0.add(instanceNumber)
    } row: { (row: inout Row) throws(StateError) in
      let hasAlerts = try row.integer() != 0
      record = try InstanceRow.read(&row)
      if hasAlerts { record.alerts = try alerts(of: nil) }
    }
    return record
  }

  package func save(_ instance: InstanceRecord) throws(StateError) {
    try transaction { () throws(StateError) in
      var stored: Int64 = 0
      try connection.run(SQL.updateInstance) {
        InstanceRow.bind(instance, to: &$0)
        $0.add(instanceNumber)
      } row: { (row: inout Row) throws(StateError) in
        stored = try row.integer()
      }
      let digest = AlertRow.digest(instance.alerts)
      guard digest != stored else { return }
      try replaceAlerts(of: nil, with: instance.alerts)
      try connection.run("UPDATE instance SET alerts_digest = ? WHERE number = ?") {
        $0.add(digest)
        $0.add(instanceNumber)
      }
    }
  }

  package func records() throws(StateError) -> [CredentialRecord] {
    var records: [CredentialRecord] = []
    try connection.run(SQL.selectRecords) {
      $0.add(instanceNumber)
    } row: { (row: inout Row) throws(StateError) in
      records.append(try record(&row))
    }
    return records
  }

  package func record(for key: CredentialKey) throws(StateError) -> CredentialRecord? {
    var found: CredentialRecord?
    try connection.run(SQL.selectRecord) {
      $0.add(instanceNumber)
      $0.add(key.connection)
      $0.add(key.id)
    } row: { (row: inout Row) throws(StateError) in
      found = try record(&row)
    }
    return found
  }

  @discardableResult
  package func save(_ record: CredentialRecord) throws(StateError) -> Int64 {
    try transaction { () throws(StateError) in
      var credential: Int64 = 0
      var revision: Int64 = 0
      var stored: (refusals: Int64, alerts: Int64) = (0, 0)
      try connection.run(SQL.upsertRecord) {
        $0.add(instanceNumber)
        CredentialRow.bind(record, to: &$0)
      } row: { (row: inout Row) throws(StateError) in
        credential = try row.integer()
        revision = try row.integer()
        stored = (try row.integer(), try row.integer())
      }
      let digests = (
        refusals: RefusalRow.digest(record.refusals), alerts: AlertRow.digest(record.alerts)
      )
      guard digests != stored else { return revision }
      if digests.refusals != stored.refusals {
        try replaceRefusals(of: credential, with: record.refusals)
      }
      if digests.alerts != stored.alerts {
        try replaceAlerts(of: credential, with: record.alerts)
      }
      try connection.run(
        "UPDATE credential SET refusals_digest = ?, alerts_digest = ? WHERE number = ?"
      ) {
        $0.add(digests.refusals)
        $0.add(digests.alerts)
        $0.add(credential)
      }
      return revision
    }
  }

  private func record(_ row: inout Row) throws(StateError) -> CredentialRecord {
    let credential = try row.integer()
    let revision = try row.integer()
    let hasRefusals = try row.integer() != 0
    let hasAlerts = try row.integer() != 0
    var record = try CredentialRow.read(&row)
    record.revision = revision
    if hasRefusals { record.refusals = try refusals(of: credential) }
    if hasAlerts { record.alerts = try alerts(of: credential) }
    return record
  }

  private func refusals(of credential: Int64) throws(StateError) -> [Refusal] {
    var refusals: [Refusal] = []
    try connection.run(SQL.selectRefusals) {
      $0.add(credential)
    } row: { (row: inout Row) throws(StateError) in
      refusals.append(try RefusalRow.read(&row))
    }
    return refusals
  }

  private func replaceRefusals(
    of credential: Int64, with refusals: [Refusal]
  ) throws(StateError) {
    try connection.run("DELETE FROM refusal WHERE credential = ?") { $0.add(credential) }
    for (position, refusal) in refusals.enumerated() {
      try connection.run(SQL.insertRefusal) {
        $0.add(credential)
        $0.add(position)
        RefusalRow.bind(refusal, to: &$0)
      }
    }
  }

  // nil: those of the instance as a whole.
  private func alerts(of credential: Int64?) throws(StateError) -> [StandingAlert] {
    var alerts: [StandingAlert] = []
    try connection.run(SQL.selectAlerts) {
      $0.add(instanceNumber)
      $0.add(credential)
    } row: { (row: inout Row) throws(StateError) in
      alerts.append(try AlertRow.read(&row))
    }
    return alerts
  }

  private func replaceAlerts(
    of credential: Int64?, with alerts: [StandingAlert]
  ) throws(StateError) {
    try connection.run("DELETE FROM alert WHERE instance = ? AND credential IS ?") {
      $0.add(instanceNumber)
      $0.add(credential)
    }
    for (position, alert) in alerts.enumerated() {
      try connection.run(SQL.insertAlert) {
        $0.add(instanceNumber)
        $0.add(credential)
        $0.add(position)
        AlertRow.bind(alert, to: &$0)
      }
    }
  }
}

private enum SQL {
  static let selectInstance = """
    SELECT alerts_digest, \(InstanceRow.columns) FROM instance WHERE number = ?
    """

  static let updateInstance = """
    UPDATE instance SET (\(InstanceRow.columns)) = (\(marks(for: InstanceRow.columns))) \
    WHERE number = ? RETURNING alerts_digest
    """

  static let selectRecords = """
    SELECT number, revision, refusals_digest, alerts_digest, \(CredentialRow.columns) \
    FROM credential WHERE instance = ? ORDER BY connection_id, id
    """

  static let selectRecord = """
    SELECT number, revision, refusals_digest, alerts_digest, \(CredentialRow.columns) \
    FROM credential WHERE instance = ? AND connection_id = ? AND id = ?
    """

  // The digests that it returns are still those of the stored refusals and alerts.
  static let upsertRecord = """
    INSERT INTO credential (instance, \(CredentialRow.columns)) \
    VALUES (?, \(marks(for: CredentialRow.columns))) \
    ON CONFLICT (instance, connection_id, id) DO UPDATE SET revision = revision + 1, \
    \(excluded(CredentialRow.columns)) \
    RETURNING number, revision, refusals_digest, alerts_digest
    """

  static let selectRefusals = """
    SELECT \(RefusalRow.columns) FROM refusal WHERE credential = ? ORDER BY position
    """

  static let insertRefusal = """
    INSERT INTO refusal (credential, position, \(RefusalRow.columns)) \
    VALUES (?, ?, \(marks(for: RefusalRow.columns)))
    """

  static let selectAlerts = """
    SELECT \(AlertRow.columns) FROM alert WHERE instance = ? AND credential IS ? \
    ORDER BY position
    """

  static let insertAlert = """
    INSERT INTO alert (instance, credential, position, \(AlertRow.columns)) \
    VALUES (?, ?, ?, \(marks(for: AlertRow.columns)))
    """

  private static func excluded(_ columns: String) -> String {
    // The ids are what it is found by.
    columns.split(separator: ", ").dropFirst(2).map { "\($0) = excluded.\($0)" }
      .joined(separator: ", ")
  }
}

/// A `?` for each column of a list.
func marks(for columns: String) -> String {
  columns.split(separator: ", ").map { _ in "?" }.joined(separator: ", ")
}
