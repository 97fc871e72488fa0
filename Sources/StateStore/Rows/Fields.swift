import RotationEngine

/// Takes the fields of a stored value from left to right: a statement's parameters, or a value's bytes.
package protocol FieldWriter {
  /// Adds a number, or none.
  mutating func add(_ number: Int64?)
  /// Adds a text, or none.
  mutating func add(_ text: String?)
  /// Adds bytes, or none.
  mutating func add(_ bytes: [UInt8]?)
}

extension FieldWriter {
  /// Adds a number.
  package mutating func add(_ number: Int) { add(Int64(number)) }

  /// Adds a flag, as 0 or 1.
  package mutating func add(_ flag: Bool) { add(flag ? 1 : 0) }

  /// Adds a time, as its milliseconds.
  package mutating func add(_ time: WallTime?) { add(time?.millisecondsSinceEpoch) }

  /// Adds a fingerprint, as its bytes.
  package mutating func add(_ fingerprint: Fingerprint?) { add(fingerprint?.bytes) }
}

/// Gives the fields of a stored value from left to right.
///
/// A field that holds what the program never writes there is damage, which `damaged` throws.
package protocol FieldReader {
  /// Leaves out some fields.
  mutating func skip(_ fields: Int32)
  /// The next field as a number; nil if there is none in it.
  mutating func optionalInteger() -> Int64?
  /// The next field as text; nil if there is none in it.
  mutating func optionalText() -> String?
  /// The next field as a fingerprint; nil if it is empty.
  mutating func optionalFingerprint() throws(StateError) -> Fingerprint?
  /// Says that the field read last holds what it cannot hold.
  func damaged<Value>() throws(StateError) -> Value
}

extension FieldReader {
  /// The next field as a number.
  package mutating func integer() throws(StateError) -> Int64 {
    guard let value = optionalInteger() else { return try damaged() }
    return value
  }

  /// The next field as a number, 0 or more.
  package mutating func count() throws(StateError) -> Int {
    guard let count = Int(exactly: try integer()), count >= 0 else { return try damaged() }
    return count
  }

  /// The next field as a flag.
  package mutating func flag() throws(StateError) -> Bool { try integer() != 0 }

  /// The next field as a time; nil if there is none in it.
  package mutating func optionalTime() -> WallTime? {
    optionalInteger().map(WallTime.init(millisecondsSinceEpoch:))
  }

  /// The next field as a time.
  package mutating func time() throws(StateError) -> WallTime {
    guard let value = optionalTime() else { return try damaged() }
    return value
  }

  /// The next field as text.
  package mutating func text() throws(StateError) -> String {
    guard let value = optionalText() else { return try damaged() }
    return value
  }

  /// The next field as a fingerprint.
  package mutating func fingerprint() throws(StateError) -> Fingerprint {
    guard let value = try optionalFingerprint() else { return try damaged() }
    return value
  }

  /// The next field as one of the names of an enumeration; nil if it is empty.
  package mutating func optionalName<Name>(
    of type: Name.Type
  ) throws(StateError) -> Name? where Name: RawRepresentable<String> {
    guard let text = optionalText() else { return nil }
    guard let value = Name(rawValue: text) else { return try damaged() }
    return value
  }

  /// The next field as one of the names of an enumeration.
  package mutating func name<Name>(
    of type: Name.Type
  ) throws(StateError) -> Name where Name: RawRepresentable<String> {
    guard let value = try optionalName(of: type) else { return try damaged() }
    return value
  }
}
