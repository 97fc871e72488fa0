// Rule 6: a reload that changes a credential's id or the URL sends what waits at once.

extension Engine {
  /// The records with which credentials begin under another id, or with another DX.
  ///
  /// State belongs to the URL and the ids, so nothing is known there. But a value that waits to be accepted here is not
  /// what DX has there: it must not be adopted. So a credential of the same name and sources begins with what it was
  /// adopted or accepted with before, and its value is sent as any other that has changed.
  ///
  /// - Parameters:
  ///   - settings: the configuration to come.
  ///   - isOtherInstance: whether its URL is another one.
  /// - Returns: a record for each such credential, of which nothing may be stored yet.
  public func recordsOfMoved(to settings: Settings, isOtherInstance: Bool) -> [CredentialRecord] {
    let staying = isOtherInstance ? [] : Set(settings.credentials.map(\.key))
    var waiting: [String: TrackedCredential] = [:]
    for slot in credentials.indices where !staying.contains(credentials[slot].key) {
      if isWaiting(slot) { waiting[credentials[slot].settings.name] = credentials[slot] }
    }
    guard !waiting.isEmpty else { return [] }
    return settings.credentials.compactMap { setting in
      guard isOtherInstance || slots[setting.key] == nil, let earlier = waiting[setting.name],
        earlier.settings.sourcesDigest == setting.sourcesDigest
      else { return nil }
      var record = CredentialRecord(key: setting.key, name: setting.name)
      record.accepted = earlier.record.accepted.map(moved)
      record.firstReadAt = now
      return record
    }
  }

  /// Whether the source holds something that DX is still to accept.
  private func isWaiting(_ slot: Int) -> Bool {
    let record = credentials[slot].record
    guard credentials[slot].isEnabled, let accepted = record.accepted,
      let present = record.source.fingerprint
    else { return false }
    return present != accepted.fingerprint || assessment(of: slot).isWanted
  }

  /// What was accepted under other ids is here no more than adopted; what a person asked for is still asked for.
  private func moved(_ accepted: AcceptedValue) -> AcceptedValue {
    let origin: AcceptedValue.Origin =
      switch accepted.origin {
      case .pushedFresh, .pushed, .adopted: .adopted
      case .found, .vouched: accepted.origin
      }
    var moved = AcceptedValue(
      fingerprint: accepted.fingerprint, at: now, origin: origin, expiration: accepted.expiration)
    moved.isInDoubt = accepted.isInDoubt
    return moved
  }
}
