/// The expiration in force for a credential, and the window before it (contract section 2 and rules 2, 4, 5).
struct ExpirationWindow: Hashable {
  /// The date; nil where only the value's age counts.
  var expiresAt: WallTime?
  var origin: ExpirationOrigin
  var opensAt: WallTime
  var criticalAt: WallTime

  /// Nil where neither a date nor an age is known.
  init?(policy: Policy, record: CredentialRecord, reading: Reading?) {
    if let date = Self.dateInForce(policy: policy, record: record, reading: reading) {
      var rotateBefore = policy.rotateBefore
      var criticalBefore = policy.criticalBefore
      if date.isOwn, let accepted = record.accepted, accepted.origin == .pushedFresh {
        let lifetime = max(.zero, date.expiresAt - accepted.at)
        rotateBefore = min(rotateBefore, lifetime / 3)
        criticalBefore = min(criticalBefore, lifetime / 10)
      }
      expiresAt = date.expiresAt
      origin = date.origin
      opensAt = date.expiresAt - rotateBefore
      criticalAt = date.expiresAt - criticalBefore
    } else if let maxAge = policy.maxAge, let accepted = record.accepted {
      origin = .maxAge
      opensAt = accepted.at + maxAge
      criticalAt = opensAt + (policy.rotateBefore - policy.criticalBefore)
    } else {
      return nil
    }
  }

  /// Whether the window is open.
  func isOpen(at now: WallTime) -> Bool { opensAt <= now }

  private struct DateInForce {
    var expiresAt: WallTime
    var origin: ExpirationOrigin
    /// Whether it is the date of the value that was accepted, rather than of some value.
    var isOwn: Bool
  }

  private static func dateInForce(
    policy: Policy, record: CredentialRecord, reading: Reading?
  ) -> DateInForce? {
    switch policy.expiration {
    case .fixed(let date): return DateInForce(expiresAt: date, origin: .config, isOwn: false)
    case .source, .jwt, .x509:
      // Windows follow the date of the value that DX has, not of one that it may refuse (rule 1).
      let known = record.accepted.map(\.expiration) ?? reading?.expiration
      return known.map { DateInForce(expiresAt: $0, origin: .source, isOwn: true) }
    case .dx:
      guard let date = record.listed.expiration, date != record.accepted?.supersededDate else {
        return nil
      }
      let moved =
        record.accepted.map { accepted in
          date != accepted.listedDate && record.listed.at.map { $0 >= accepted.at } ?? false
        } ?? false
      return DateInForce(expiresAt: date, origin: .dx, isOwn: moved)
    }
  }
}
