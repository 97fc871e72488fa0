import CSQLite
import RotationEngine

/// One row of a result, read from left to right.
///
/// A column that holds what the program never writes there is damage: `StateError.corrupt`.
struct Row: FieldReader {
  private let statement: OpaquePointer
  private let path: String
  private var column: Int32 = 0

  init(_ statement: OpaquePointer, of path: String) {
    self.statement = statement
    self.path = path
  }

  mutating func skip(_ columns: Int32) { column += columns }

  mutating func optionalInteger() -> Int64? {
    defer { column += 1 }
    guard sqlite3_column_type(statement, column) != SQLITE_NULL else { return nil }
    return sqlite3_column_int64(statement, column)
  }

  mutating func optionalText() -> String? {
    defer { column += 1 }
    guard let start = sqlite3_column_text(statement, column) else { return nil }
    let count = Int(sqlite3_column_bytes(statement, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  mutating func optionalFingerprint() throws(StateError) -> Fingerprint? {
    column += 1
    // SQLite owns the bytes until the next step, which this call does not outlive.
    guard let start = sqlite3_column_blob(statement, column - 1) else { return nil }
    let count = Int(sqlite3_column_bytes(statement, column - 1))
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    guard let fingerprint = Fingerprint(bytes: bytes) else { return try damaged() }
    return fingerprint
  }

  /// Says that the column read last holds what it cannot hold.
  func damaged<Value>() throws(StateError) -> Value {
    let name = sqlite3_column_name(statement, column - 1).map { String(cString: $0) } ?? "?"
    throw .corrupt(path: path, reason: "the column \(name) of a row holds no valid value")
  }
}
