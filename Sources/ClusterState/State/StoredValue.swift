import RotationEngine
import StateStore

/// A value in etcd: a byte with the version of its form, then fields, each behind a byte with its type.
///
/// Numbers are varints, zigzag; texts and bytes stand behind their length. Whatever alters what an older program would
/// find, a new name in an enumeration too, is a new version.
struct StoredValue: FieldWriter {
  /// This program's.
  static let version: UInt8 = 1

  private(set) var bytes = [version]

  mutating func add(_ number: Int64?) {
    guard let number else { return bytes.append(StoredField.none) }
    bytes.append(StoredField.number)
    append(UInt64(bitPattern: number << 1 ^ number >> 63))
  }

  mutating func add(_ text: String?) {
    guard let text else { return bytes.append(StoredField.none) }
    bytes.append(StoredField.text)
    append(UInt64(text.utf8.count))
    bytes += text.utf8
  }

  mutating func add(_ content: [UInt8]?) {
    guard let content else { return bytes.append(StoredField.none) }
    bytes.append(StoredField.bytes)
    append(UInt64(content.count))
    bytes += content
  }

  private mutating func append(_ number: UInt64) {
    var rest = number
    while rest > 0x7f {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// The types of fields.
private enum StoredField {
  static let none: UInt8 = 0
  static let number: UInt8 = 1
  static let text: UInt8 = 2
  static let bytes: UInt8 = 3
}

/// Reads a `StoredValue`; fields behind its end are empty.
struct StoredValueReader: FieldReader {
  private let path: String
  private var rest: ArraySlice<UInt8>
  private var isDamaged = false

  /// Throws `newer` or `unreadable` where the value is not of a version that is known.
  init(_ value: [UInt8], of path: String) throws(StateError) {
    self.path = path
    rest = value.dropFirst()
    guard let version = value.first, version > 0 else { throw damage }
    guard version <= StoredValue.version else {
      throw .newer(path: path, found: Int(version), known: Int(StoredValue.version))
    }
  }

  mutating func skip(_ fields: Int32) {
    for _ in 0..<fields { _ = next() }
  }

  mutating func optionalInteger() -> Int64? {
    guard case .number(let number) = next() else { return nil }
    return number
  }

  mutating func optionalText() -> String? {
    guard case .content(let bytes) = next() else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  mutating func optionalFingerprint() throws(StateError) -> Fingerprint? {
    guard let bytes = optionalBytes() else { return nil }
    guard let fingerprint = Fingerprint(bytes: bytes) else { return try damaged() }
    return fingerprint
  }

  mutating func optionalBytes() -> ArraySlice<UInt8>? {
    guard case .content(let bytes) = next() else { return nil }
    return bytes
  }

  /// Throws unless everything that was read was there as it has to be.
  func finish() throws(StateError) {
    if isDamaged { throw damage }
  }

  func damaged<Value>() throws(StateError) -> Value { throw damage }

  private var damage: StateError {
    .unreadable(path: path, reason: "it holds no value that dx-rotated writes there")
  }

  private enum Field {
    case none
    case number(Int64)
    case content(ArraySlice<UInt8>)
  }

  private mutating func next() -> Field {
    guard let type = rest.popFirst() else { return .none }
    switch type {
    case StoredField.none: return .none
    case StoredField.number:
      let bits = number()
      return .number(Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1))
    case StoredField.text, StoredField.bytes:
      let count = number()
      guard count <= rest.count else { return damagedField() }
      defer { rest = rest.dropFirst(Int(count)) }
      return .content(rest.prefix(Int(count)))
    default: return damagedField()
    }
  }

  private mutating func number() -> UInt64 {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { break }
      number |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return number }
    }
    isDamaged = true
    return 0
  }

  private mutating func damagedField() -> Field {
    isDamaged = true
    rest = []
    return .none
  }
}
