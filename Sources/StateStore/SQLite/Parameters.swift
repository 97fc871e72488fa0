import CSQLite

/// The parameters of a statement, added from left to right.
struct Parameters: FieldWriter {
  private let statement: OpaquePointer
  private var index: Int32 = 0
  /// The first failure, or SQLITE_OK.
  private(set) var code: Int32 = SQLITE_OK

  init(_ statement: OpaquePointer) { self.statement = statement }

  mutating func add(_ number: Int64?) {
    bind { statement, index in
      number.map { sqlite3_bind_int64(statement, index, $0) } ?? sqlite3_bind_null(statement, index)
    }
  }

  mutating func add(_ text: String?) {
    guard var text else { return add(Int64?.none) }
    bind { statement, index in
      text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) {
          sqlite3_bind_text_copy(statement, index, $0.baseAddress, Int32($0.count))
        }
      }
    }
  }

  mutating func add(_ bytes: [UInt8]?) {
    guard let bytes else { return add(Int64?.none) }
    bind { statement, index in
      bytes.withUnsafeBytes {
        sqlite3_bind_blob_copy(statement, index, $0.baseAddress, Int32($0.count))
      }
    }
  }

  private mutating func bind(_ body: (OpaquePointer, Int32) -> Int32) {
    index += 1
    let result = body(statement, index)
    if code == SQLITE_OK { code = result }
  }
}
