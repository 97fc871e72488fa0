import CSQLite
import Glibc

/// One open database; every failure comes out as a `StateError`.
///
/// Belongs to one thread or serial queue at a time: SQLite's own mutexes are off.
final class Connection {
  enum Mode {
    /// Read and write a file that is there.
    case write
    /// Read, beside writers.
    case read
    /// Read a file that nobody can be writing, without looking for its write-ahead log.
    case readUnshared
    /// An empty database in memory, to compare with; the path is `:memory:`.
    case model
  }

  let path: String
  private let mode: Mode
  /// SQLite's handle: valid until `close`.
  private(set) var handle: OpaquePointer?
  // Every statement that was run once, prepared, by its text; they live until `close`.
  private var statements: [StatementText: OpaquePointer] = [:]
  // The first failure in the transaction under way.
  private var failure: StateError?

  /// Opens a database; `path` must not contain a symbolic link.
  init(path: String, mode: Mode) throws(StateError) {
    self.path = path
    self.mode = mode
    _ = Self.countsNoMemory
    let flags =
      SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
      | (mode == .write || mode == .model ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY)
    let uri = Self.uri(of: path) + (mode == .readUnshared ? "?immutable=1" : "")
    let code = sqlite3_open_v2(uri, &handle, flags, nil)
    guard code == SQLITE_OK else {
      let failure = error(code)
      close()
      throw failure
    }
    // Another's commit takes milliseconds; whoever holds the lock for 2 s is stuck.
    sqlite3_busy_timeout(handle, 2000)
  }

  deinit { close() }

  /// Closes the database.
  func close() {
    for statement in statements.values { sqlite3_finalize(statement) }
    statements = [:]
    sqlite3_close_v2(handle)
    handle = nil
  }

  /// Runs one statement: binds its parameters in order, and hands over its rows one by one.
  ///
  /// - Parameters:
  ///   - sql: the statement, which is prepared once and kept: a fixed text, never with a value in it.
  ///   - parameters: adds a value for each `?`.
  ///   - body: called for each row, which is valid only during the call.
  /// - Throws: what the database says, or `body`.
  func run(
    _ sql: String, _ parameters: (inout Parameters) -> Void = { _ in },
    row body: (inout Row) throws(StateError) -> Void = { (_: inout Row) throws(StateError) in }
  ) throws(StateError) {
    do throws(StateError) {
      let statement = try prepare(sql)
      // Without it an unfinished statement would keep its snapshot; it only repeats the step's code.
      defer { sqlite3_reset(statement) }
      var binding = Parameters(statement)
      parameters(&binding)
      try check(binding.code)
      while try step(statement) {
        var row = Row(statement, of: path)
        try body(&row)
      }
    } catch {
      failure = failure ?? error
      throw error
    }
  }

  /// Runs statements whose rows do not matter, once and for all.
  func execute(_ sql: String) throws(StateError) {
    try check(sqlite3_exec(handle, sql, nil, nil, nil))
  }

  /// The first column of the first row of a statement, as text; nil without a row.
  func text(_ sql: String) throws(StateError) -> String? {
    var result: String?
    try run(
      sql,
      row: { (row) throws(StateError) in
        if result == nil { result = row.optionalText() }
      })
    return result
  }

  /// The first column of the first row of a statement, as a number; 0 without a row.
  func number(_ sql: String) throws(StateError) -> Int64 {
    var result: Int64?
    try run(
      sql,
      row: { (row) throws(StateError) in
        if result == nil { result = row.optionalInteger() }
      })
    return result ?? 0
  }

  /// Makes all that `body` does one durable commit.
  ///
  /// Nothing of it is kept if anything in it failed. Within a transaction, `body` becomes a part of it.
  func transaction<Result>(
    _ body: () throws(StateError) -> Result
  ) throws(StateError) -> Result {
    guard sqlite3_get_autocommit(handle) != 0 else { return try body() }
    try requireItsPlace()
    // Asking for the right to write now, not at the first write, lets this wait for another's commit.
    try run("BEGIN IMMEDIATE")
    failure = nil
    do throws(StateError) {
      let result = try body()
      if let failure { throw failure }
      try run("COMMIT")
      return result
    } catch {
      // Some failures have rolled back already.
      if sqlite3_get_autocommit(handle) == 0 { try? run("ROLLBACK") }
      throw error
    }
  }

  /// Has all that `body` reads be of one moment; also where the database is open for reading only.
  func snapshot<Result>(
    _ body: () throws(StateError) -> Result
  ) throws(StateError) -> Result {
    guard sqlite3_get_autocommit(handle) != 0 else { return try body() }
    try run("BEGIN")
    defer { try? run("COMMIT") }
    return try body()
  }

  /// What is written to a file that was removed, or that another file system now covers, is lost with this process.
  private func requireItsPlace() throws(StateError) {
    var hasMoved: Int32 = 0
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved)
    guard hasMoved == 0 else {
      throw .unwritable(path: path, reason: "the file that was opened is no longer there")
    }
  }

  private func prepare(_ sql: String) throws(StateError) -> OpaquePointer {
    let text = StatementText(sql: sql)
    if let statement = statements[text] { return statement }
    var statement: OpaquePointer?
    try check(
      sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
    guard let statement else { throw .failed(path: path, reason: "empty statement") }
    statements[text] = statement
    return statement
  }

  private func step(_ statement: OpaquePointer) throws(StateError) -> Bool {
    let code = sqlite3_step(statement)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw error(code)
    }
  }

  private func check(_ code: Int32) throws(StateError) {
    guard code == SQLITE_OK else { throw error(code) }
  }

  // What a result code means for whoever uses the state.
  private func error(_ code: Int32) -> StateError {
    let words = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
    let system = handle.map { sqlite3_system_errno($0) } ?? 0
    let reason = system == 0 ? words : String(cString: strerror(system))
    switch code & 0xff {
    case SQLITE_CORRUPT, SQLITE_NOTADB: return .corrupt(path: path, reason: words)
    case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: return .busy(path: path)
    case SQLITE_FULL: return .unwritable(path: path, reason: String(cString: strerror(ENOSPC)))
    case SQLITE_READONLY where code == SQLITE_READONLY:
      return .unwritable(path: path, reason: "it is open for reading only")
    case SQLITE_IOERR, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM:
      return mode == .write && code != Self.readFailure
        ? .unwritable(path: path, reason: reason) : .unreadable(path: path, reason: reason)
    default: return .failed(path: path, reason: words)
    }
  }

  // SQLite's statistics of its memory, which nobody reads, cost a lock for each piece of it.
  private static let countsNoMemory = sqlite3_config_without_statistics() == SQLITE_OK

  // SQLITE_IOERR_READ, a macro that Swift does not import.
  private static let readFailure = SQLITE_IOERR | (1 << 8)

  // A path may hold `?`, `#` and `%`, which mean something in a URI.
  private static func uri(of path: String) -> String {
    path.reduce(into: "file:") { uri, character in
      switch character {
      case "?": uri += "%3f"
      case "#": uri += "%23"
      case "%": uri += "%25"
      default: uri.append(character)
      }
    }
  }
}

/// A statement's text, hashed by its length alone: texts are long, few, and the same object each time, which makes them
/// quick to compare.
private struct StatementText: Hashable {
  let sql: String

  func hash(into hasher: inout Hasher) { hasher.combine(sql.utf8.count) }
}
