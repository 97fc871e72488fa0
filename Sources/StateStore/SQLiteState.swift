import Glibc
import RotationEngine
import SecretMemory

/// The state in a directory of this machine: `state.db` (SQLite), and beside it the key and the locks.
///
/// Several DX instances may share one directory; an object sees one of them at a time.
package final class SQLiteState: DurableState {
  /// What a process wants of the directory.
  package enum Access: Hashable, Sendable {
    /// The daemon: alone of its kind.
    case daemon
    /// A command that works on single credentials, under claims.
    case command
    /// A command that puts another state in place of what is there: in the daemon's place, and with nobody beside it.
    case replacement
    /// Only to look: writes no file, and works beside a daemon and without one.
    case readOnly
  }

  /// What opening came to; for `readOnly` always `existing`.
  package let opening: Opening

  let connection: Connection
  let directory: StateDirectory
  let isReadOnly: Bool
  private let isDaemon: Bool
  let claims: Claims?
  private let lock: DirectoryLock?
  private var key: SecretBytes?
  /// The URL of the instance in use.
  private(set) var url: String
  /// Its row in `instance`; 0 if there is none.
  private(set) var instanceNumber: Int64 = 0

  /// Opens the state of an instance.
  ///
  /// - Parameters:
  ///   - directory: the state directory; for writing it is made if it is missing, its parents not.
  ///   - url: the instance's URL, as `APISettings.url` writes it; nil, only with `readOnly`: the one that a
  ///     daemon used last.
  ///   - access: what for.
  ///   - now: the present, for the names of files that are moved aside.
  /// - Throws: `inUse`, `unwritable`, `unreadable`, `newer`, `busy`; only with `readOnly` `absent` and `older`;
  ///   `corrupt` where it may not be rebuilt: with `readOnly`, or while others are at work.
  package convenience init(
    directory: String, instance url: String?, access: Access, now: WallTime = .present
  ) throws(StateError) {
    try self.init(
      directory: directory, instance: url, access: access, schema: .current, now: now)
  }

  init(
    directory path: String, instance url: String?, access: Access, schema: Schema, now: WallTime
  ) throws(StateError) {
    self.url = url ?? ""
    isReadOnly = access == .readOnly
    isDaemon = access == .daemon
    switch access {
    case .readOnly:
      directory = try StateDirectory(existing: path)
      let (connection, version) = try Inspection.open(directory, schema: schema)
      guard version == schema.version else {
        throw .older(path: directory.database, found: version, known: schema.version)
      }
      self.connection = connection
      opening = .existing
      lock = nil
      claims = nil
    case .daemon, .command, .replacement:
      directory = try StateDirectory(preparing: path)
      let lock = try DirectoryLock(of: directory)
      if access != .command { try lock.becomeDaemon() }
      let isAlone = try lock.joinWriters()
      guard isAlone || access != .replacement else {
        throw .inUse(directory: directory.path, process: nil)
      }
      claims = try Claims(of: directory)
      let opened = try Setup(directory: directory, schema: schema, now: now, isAlone: isAlone)
        .run()
      if access != .replacement { try lock.setUpIsDone() }
      connection = opened.connection
      opening = opened.opening
      key = opened.key.key
      self.lock = lock
    }
    let last = "SELECT url FROM instance ORDER BY used_at DESC LIMIT 1"
    let used = try url == nil ? connection.text(last) : url
    try use(instance: used ?? "")
  }

  // The database is closed before the locks go.
  deinit { connection.close() }

  /// The daemon that holds a directory now; nil if none does.
  package static func daemon(of directory: String) throws(StateError) -> RunningDaemon? {
    try DirectoryLock.daemon(of: StateDirectory(existing: directory))
  }

  /// Tells commands that look at the directory when this daemon has something to do by itself.
  package func say(nextWake: WallTime?) { lock?.say(nextWake: nextWake) }

  package func use(instance url: String) throws(StateError) {
    if !isReadOnly {
      try connection.run("INSERT INTO instance (url) VALUES (?) ON CONFLICT DO NOTHING") {
        $0.add(url)
      }
    }
    var number: Int64 = 0
    try connection.run("SELECT number FROM instance WHERE url = ?") {
      $0.add(url)
    } row: { (row: inout Row) throws(StateError) in
      number = try row.integer()
    }
    if isDaemon {
      try connection.run("UPDATE instance SET used_at = ? WHERE number = ?") {
        $0.add(WallTime.present)
        $0.add(number)
      }
    }
    self.url = url
    instanceNumber = number
  }

  func use(key: SecretBytes) { self.key = key }

  package func fingerprintKey() throws(StateError) -> SecretBytes {
    if let key { return key }
    guard case .sound(let file) = try KeyFile.read(directory.key),
      try connection.text("SELECT hex(key_id) FROM store") == file.hexadecimalID
    else { throw .corrupt(path: directory.key, reason: "it is not the key of this state") }
    key = file.key
    return file.key
  }

  package func transaction<Result>(
    _ body: () throws(StateError) -> Result
  ) throws(StateError) -> Result {
    try connection.transaction(body)
  }

  package func claim(_ key: CredentialKey) throws(StateError) -> Bool {
    guard let claims else {
      throw .unwritable(path: directory.claims, reason: "the state is open for reading only")
    }
    return try claims.take(key, of: url)
  }

  package func release(_ key: CredentialKey) {
    claims?.release(key, of: url)
  }
}

extension WallTime {
  /// What the system's clock says.
  package static var present: WallTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(
      millisecondsSinceEpoch: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}
