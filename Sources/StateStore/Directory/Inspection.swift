import RotationEngine

/// What is in a state directory, found out without changing it.
enum Inspection {
  /// No state.
  case nothing
  /// A state that cannot be trusted; why, in plain words.
  case damaged(String)
  /// A state of this version, or an older one.
  case sound(version: Int)

  /// Looks at all of it: the key, every page, every record.
  ///
  /// Throws `newer` for a state of a newer version, and `unreadable` where the system refuses: neither is damage.
  init(of directory: StateDirectory, schema: Schema) throws(StateError) {
    let key = try KeyFile.read(directory.key)
    let size = try StateDirectory.size(of: directory.database) ?? 0
    switch (size, key) {
    case (0, .none): self = .nothing
    case (0, .damaged), (0, .sound): self = .damaged("the database is gone; its key is still there")
    default:
      do throws(StateError) {
        self = try Self.content(of: directory, key: key, schema: schema)
      } catch .corrupt(_, let reason) {
        self = .damaged(reason)
      }
    }
  }

  /// Opens the database of a directory for reading, and tells its version.
  ///
  /// Throws `absent` if there is none, `newer` if it is of a newer version, and `corrupt` if it is another program's.
  static func open(
    _ directory: StateDirectory, schema: Schema
  ) throws(StateError) -> (connection: Connection, version: Int) {
    guard let size = try StateDirectory.size(of: directory.database), size > 0 else {
      if case .none = try KeyFile.read(directory.key) { throw .absent(directory: directory.path) }
      throw .corrupt(path: directory.database, reason: "the database is gone")
    }
    // Writers leave their log behind, empty, so that without one there is no writer.
    let isShared = try StateDirectory.size(of: directory.database + "-wal") != nil
    let connection = try Connection(
      path: directory.database, mode: isShared ? .read : .readUnshared)
    guard try connection.number("PRAGMA application_id") == Schema.applicationID else {
      throw .corrupt(path: directory.database, reason: "it is not a database of dx-rotated")
    }
    let version = Int(try connection.number("PRAGMA user_version"))
    guard version <= schema.version else {
      throw .newer(path: directory.database, found: version, known: schema.version)
    }
    return (connection, version)
  }

  private static func content(
    of directory: StateDirectory, key: KeyFile.Found, schema: Schema
  ) throws(StateError) -> Inspection {
    let (connection, version) = try open(directory, schema: schema)
    // One complaint is enough, and quicker.
    if let complaint = try connection.text("PRAGMA quick_check(1)"), complaint != "ok" {
      return .damaged(complaint)
    }
    if version == schema.version {
      guard try hasTables(of: schema, connection) else {
        return .damaged("its tables are not those of state version \(version)")
      }
      try decodeEverything(connection)
    }
    switch key {
    case .sound(let key):
      let id = try connection.text("SELECT hex(key_id) FROM store")
      return id == key.hexadecimalID ? .sound(version: version) : .damaged("the key is another's")
    case .none: return .damaged("the key of its fingerprints is gone")
    case .damaged: return .damaged("the key of its fingerprints is damaged")
    }
  }

  // Whatever else a person has added does not disturb.
  private static func hasTables(
    of schema: Schema, _ connection: Connection
  ) throws(StateError) -> Bool {
    let model = try Connection(path: ":memory:", mode: .model)
    try schema.migrate(model, from: 0)
    return try tables(model).isSubset(of: tables(connection))
  }

  private static func tables(_ connection: Connection) throws(StateError) -> Set<String> {
    var tables: Set<String> = []
    try connection.run(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL",
      row: { (row) throws(StateError) in tables.insert(try row.text()) })
    return tables
  }

  // The database checks its own structure, not what our columns mean. History is left out: it can
  // be long, and nothing is decided by it.
  private static func decodeEverything(_ connection: Connection) throws(StateError) {
    try decode("SELECT \(InstanceRow.columns) FROM instance", of: connection, InstanceRow.read)
    try decode(
      "SELECT \(CredentialRow.columns) FROM credential", of: connection, CredentialRow.read)
    try decode("SELECT \(RefusalRow.columns) FROM refusal", of: connection, RefusalRow.read)
    try decode("SELECT \(AlertRow.columns) FROM alert", of: connection, AlertRow.read)
    try decode(
      "SELECT \(AttemptRow.allColumns) FROM attempt WHERE outcome IS NULL", of: connection,
      AttemptRow.read)
  }

  private static func decode<Value>(
    _ sql: String, of connection: Connection, _ read: (inout Row) throws(StateError) -> Value
  ) throws(StateError) {
    try connection.run(sql, row: { (row) throws(StateError) in _ = try read(&row) })
  }
}
