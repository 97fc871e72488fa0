import CSQLite
import Glibc
import RotationEngine

/// What opening a state for writing came to.
package enum Opening: Hashable, Sendable {
  /// It was there and sound.
  case existing
  /// There was none; a new one was made.
  case created
  /// It was of this older version, and was brought forward.
  case migrated(from: Int)
  /// It was damaged: its files were moved, and a new one was made. To be said (event `state_rebuilt`).
  case rebuilt(movedTo: [String], reason: String)
}

/// Brings a state directory to where it can be written: makes, migrates or rebuilds its database.
struct Setup {
  let directory: StateDirectory
  let schema: Schema
  /// The present, for names and stamps.
  let now: WallTime
  /// Whether nobody else has the database open for writing.
  let isAlone: Bool

  struct Opened {
    let connection: Connection
    let key: KeyFile
    let opening: Opening
  }

  /// Throws `inUse` where something has to be made and others are at work.
  func run() throws(StateError) -> Opened {
    if isAlone { try finishChangeOfKey() }
    let opening: Opening
    switch try Inspection(of: directory, schema: schema) {
    case .nothing:
      try requireSolitude()
      _ = try create()
      opening = .created
    case .damaged(let reason):
      guard isAlone else { throw .corrupt(path: directory.database, reason: reason) }
      let moved = try create(movingAside: asideSuffix())
      opening = .rebuilt(movedTo: moved, reason: reason)
    case .sound(let version) where version < schema.version:
      try requireSolitude()
      opening = .migrated(from: version)
    case .sound: opening = .existing
    }
    guard case .sound(let key) = try KeyFile.read(directory.key) else {
      throw .failed(path: directory.key, reason: "the key went while the state was opened")
    }
    let connection = try openForWriting()
    if case .migrated(let version) = opening {
      try schema.migrate(connection, from: version)
    }
    // A real write, so that a directory that cannot take one is known now.
    try connection.run("UPDATE store SET opened_at = ?") { $0.add(now) }
    return Opened(connection: connection, key: key, opening: opening)
  }

  /// A change of the key that was cut off: the database tells whether it came to be.
  private func finishChangeOfKey() throws(StateError) {
    guard try StateDirectory.size(of: directory.nextKey) != nil else { return }
    if case .sound(let next) = try KeyFile.read(directory.nextKey),
      let (connection, _) = try? Inspection.open(directory, schema: schema),
      try connection.text("SELECT hex(key_id) FROM store") == next.hexadecimalID
    {
      return try directory.move(directory.nextKey, to: directory.key)
    }
    unlink(directory.nextKey)
  }

  private func requireSolitude() throws(StateError) {
    guard isAlone else { throw .inUse(directory: directory.path, process: nil) }
  }

  // The new key comes between: from then until the end, whatever a crash leaves is a key without its
  // database, which the next start finds damaged and says. Before it, nothing has changed.
  private func create(movingAside suffix: String? = nil) throws(StateError) -> [String] {
    let key = try KeyFile(random: directory.key)
    try buildDatabase(for: key)
    var moved: [String] = []
    if let suffix, access(directory.key, F_OK) == 0 {
      guard link(directory.key, directory.key + suffix) == 0 else {
        throw .unwritable(path: directory.key + suffix, reason: systemReason())
      }
      moved.append(directory.key + suffix)
    }
    try key.write(directory.key, in: directory)
    for file in databaseFiles(directory.database) where access(file, F_OK) == 0 {
      // A log must not outlive its database: it would be replayed into the new one.
      guard let suffix else {
        unlink(file)
        continue
      }
      try directory.move(file, to: file + suffix)
      moved.append(file + suffix)
    }
    try directory.move(directory.unfinishedDatabase, to: directory.database)
    return moved
  }

  private func buildDatabase(for key: KeyFile) throws(StateError) {
    for file in databaseFiles(directory.unfinishedDatabase) { unlink(file) }
    close(try directory.openFile(directory.unfinishedDatabase))
    let connection = try Connection(path: directory.unfinishedDatabase, mode: .write)
    defer { connection.close() }
    try connection.execute("PRAGMA application_id = \(Schema.applicationID)")
    try schema.migrate(connection, from: 0)
    try connection.run(
      "INSERT INTO store (number, key_id, created_at, opened_at) VALUES (1, ?, ?, ?)"
    ) {
      $0.add(key.id)
      $0.add(now)
      $0.add(now)
    }
  }

  // One that no file has yet.
  private func asideSuffix() -> String {
    let files = databaseFiles(directory.database) + [directory.key]
    let stamp = now.description.filter { $0 != "-" && $0 != ":" }
    var suffix = ".corrupt-\(stamp)"
    var count = 1
    while files.contains(where: { access($0 + suffix, F_OK) == 0 }) {
      count += 1
      suffix = ".corrupt-\(stamp)-\(count)"
    }
    return suffix
  }

  // The database first: without it the others mean nothing.
  private func databaseFiles(_ database: String) -> [String] {
    ["", "-journal", "-wal", "-shm"].map { database + $0 }
  }

  private func openForWriting() throws(StateError) -> Connection {
    // A copy that was put back may have other rights; one of another owner's cannot be changed.
    chmod(directory.database, 0o600)
    let connection = try Connection(path: directory.database, mode: .write)
    guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
      throw .unwritable(
        path: directory.database, reason: "its file system has no shared memory for the log")
    }
    try connection.execute(
      """
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA cell_size_check = ON;
      PRAGMA cache_size = -256;
      PRAGMA mmap_size = 0;
      PRAGMA wal_autocheckpoint = 1000;
      PRAGMA journal_size_limit = 4194304;
      """)
    guard try connection.number("PRAGMA synchronous") == 2 else {
      throw .failed(path: directory.database, reason: "it does not wait for the disk")
    }
    // Kept for readers, who must not make files: with it they see what writers do.
    var keepsLog: Int32 = 1
    sqlite3_file_control(connection.handle, "main", SQLITE_FCNTL_PERSIST_WAL, &keepsLog)
    return connection
  }
}
