import RotationEngine

/// The fields of a row by the names of its columns, without those that are empty: a row of a `StateDocument`.
package struct NamedFields: Hashable, Sendable {
  /// What a field holds.
  package enum Value: Hashable, Sendable {
    case number(Int64)
    /// A text, or bytes in hexadecimal.
    case text(String)
  }

  /// By the names of columns.
  package var values: [String: Value] = [:]

  /// Without a field.
  package init() {}
}

extension NamedFields: Codable {
  /// Reads an object of numbers and texts.
  package init(from decoder: any Decoder) throws {
    values = try decoder.singleValueContainer().decode([String: Value].self)
  }

  /// Writes an object.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }
}

extension NamedFields.Value: Codable {
  /// Reads a whole number or a text.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int64.self) {
      self = .number(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  /// Writes it.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    }
  }
}

/// Takes the fields of a row from left to right, and gives them their columns' names.
struct NamedFieldWriter: FieldWriter {
  private(set) var fields = NamedFields()
  private var names: ArraySlice<String>

  init(columns: String) {
    names = NamedFields.names(columns)[...]
  }

  mutating func add(_ number: Int64?) { add(number.map { .number($0) }) }

  mutating func add(_ text: String?) { add(text.map { .text($0) }) }

  mutating func add(_ bytes: [UInt8]?) {
    add(bytes.map { .text(NamedFields.hexadecimal($0)) })
  }

  private mutating func add(_ value: NamedFields.Value?) {
    guard let name = names.popFirst() else { preconditionFailure("a field without a column") }
    fields.values[name] = value
  }
}

/// Gives the fields of a row from left to right; what is no field of it, or is of another kind, is damage.
struct NamedFieldReader: FieldReader {
  private let fields: NamedFields
  private let columns: Set<String>
  private var names: ArraySlice<String>
  private var last = ""
  private var misfit: String?

  init(_ fields: NamedFields, columns: String) {
    self.fields = fields
    let names = NamedFields.names(columns)
    self.names = names[...]
    self.columns = Set(names)
  }

  mutating func skip(_ fields: Int32) { names = names.dropFirst(Int(fields)) }

  mutating func optionalInteger() -> Int64? {
    switch next() {
    case .number(let number): return number
    case .text: return misfitting()
    case nil: return nil
    }
  }

  mutating func optionalText() -> String? {
    switch next() {
    case .text(let text): return text
    case .number: return misfitting()
    case nil: return nil
    }
  }

  mutating func optionalFingerprint() throws(StateError) -> Fingerprint? {
    guard let text = optionalText() else { return nil }
    guard let bytes = NamedFields.bytes(hexadecimal: text), let found = Fingerprint(bytes: bytes)
    else { return try damaged() }
    return found
  }

  func damaged<Value>() throws(StateError) -> Value {
    throw .corrupt(path: "", reason: "\(last) does not hold what it has to")
  }

  /// Throws if there was anything that is no field of the row, or of another kind than it has to be.
  func finish() throws(StateError) {
    if let misfit {
      throw .corrupt(path: "", reason: "\(misfit) does not hold what it has to")
    }
    if let unknown = fields.values.keys.filter({ !columns.contains($0) }).min() {
      throw .corrupt(path: "", reason: "there is no field \(unknown)")
    }
  }

  private mutating func next() -> NamedFields.Value? {
    guard let name = names.popFirst() else { return nil }
    last = name
    return fields.values[name]
  }

  private mutating func misfitting<Value>() -> Value? {
    misfit = misfit ?? last
    return nil
  }
}

extension NamedFields {
  static func names(_ columns: String) -> [String] {
    columns.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\n" } }
  }

  /// Bytes as texts of a document have them.
  package static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Nil where it is not pairs of hexadecimal digits.
  static func bytes(hexadecimal text: String) -> [UInt8]? {
    let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count == text.utf8.count, digits.count % 2 == 0 else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
  }
}
