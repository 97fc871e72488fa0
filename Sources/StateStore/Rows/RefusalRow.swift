import RotationEngine

/// A `Refusal` as a row of `refusal`.
package enum RefusalRow {
  /// In the order in which `bind` and `read` go through them.
  static let columns = "fingerprint, attempts, last_at, cause, next_at, is_held"

  package static func bind(_ refusal: Refusal, to parameters: inout some FieldWriter) {
    parameters.add(refusal.fingerprint)
    parameters.add(refusal.attempts)
    parameters.add(refusal.lastAt)
    parameters.add(refusal.cause.rawValue)
    parameters.add(refusal.nextAt)
    parameters.add(refusal.isHeld)
  }

  package static func read(_ row: inout some FieldReader) throws(StateError) -> Refusal {
    Refusal(
      fingerprint: try row.fingerprint(), attempts: try row.count(), lastAt: try row.time(),
      cause: try row.name(of: Refusal.Cause.self), nextAt: row.optionalTime(),
      isHeld: try row.flag())
  }

  /// Tells whether the stored rows have to be written again; 0 for no refusal.
  static func digest(_ refusals: [Refusal]) -> Int64 {
    guard !refusals.isEmpty else { return 0 }
    var hash = StableHash()
    for refusal in refusals {
      for byte in refusal.fingerprint.bytes { hash.combine(byte: byte) }
      hash.combine(Int64(refusal.attempts))
      hash.combine(refusal.lastAt)
      hash.combine(refusal.cause.rawValue)
      hash.combine(refusal.nextAt)
      hash.combine(byte: refusal.isHeld ? 1 : 0)
    }
    return Int64(bitPattern: hash.value | 1)
  }
}
