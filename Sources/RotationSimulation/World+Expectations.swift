import RotationEngine

// Which alerts must, and must not, stand in a world at peace.

extension World {
  struct Expectation {
    var kind: AlertKind
    /// Nil: either will do.
    var must: Bool?
    /// Nil: either will do.
    var severity: Severity?
  }

  func check(_ expectation: Expectation, _ slot: Int, _ record: CredentialRecord) throws {
    let standing = record.alerts.first { $0.kind == expectation.kind }
    let what = "\(record.name): \(expectation.kind.rawValue); \(record)"
    switch (expectation.must, standing) {
    case (true?, nil): throw fail("what needs a person has an alert", what)
    case (false?, _?): throw fail("nothing else has an alert", what)
    case (_, let standing?):
      guard let severity = expectation.severity, severity != standing.severity else { return }
      throw fail("an alert is as severe as it should be", what)
    case (_, nil): return
    }
  }

  /// Which alerts must, and must not, stand for a credential.
  func expectations(_ slot: Int, _ record: CredentialRecord) -> [Expectation] {
    let plan = scenario.plans[slot]
    let truth = dx.held[slot]
    let isOn = settings.credentials[slot].policy.enabled
    guard isOn else {
      return AlertKind.allCases.map { Expectation(kind: $0, must: false) }
    }
    let isUnreadable =
      files[slot] == .missing
      || isActive { if case .source(let index, _) = $0 { index == plan.index } else { false } }
    var result = [
      Expectation(kind: .sourceUnavailable, must: isUnreadable),
      Expectation(
        kind: .credentialDisabled, must: truth.deletedAt == nil ? truth.disabledAt != nil : nil),
      Expectation(kind: .credentialMissing, must: truth.deletedAt != nil),
      Expectation(kind: .apiUnavailable, must: false),
    ]
    guard !isUnreadable, truth.deletedAt == nil, case .whole(let value) = files[slot]
    else { return result }
    let track = rules.known[slot].tracks[value]
    // What was only adopted, or found, DX has never accepted from here.
    let holdsAccepted =
      !rules.known[slot].isInDoubt
      && record.accepted?.fingerprint == plan.fingerprint(of: .whole(value))
      && (record.accepted?.origin == .pushed || record.accepted?.origin == .pushedFresh)
    if plan.settings.policy.onChange == .push {
      let isHeld = track.map { rules.isHeld($0) } ?? false
      result.append(Expectation(kind: .rotationHeld, must: isHeld && !holdsAccepted))
    }
    return result + expirations(slot, record, holdsAccepted: holdsAccepted)
  }

  private func expirations(
    _ slot: Int, _ record: CredentialRecord, holdsAccepted: Bool
  ) -> [Expectation] {
    guard let window = window(slot, record) else { return [] }
    let margin = rules.calm
    let isExpired = window.expiresAt <= wall
    let isSettled =
      abs(window.expiresAt - wall) > margin && abs(window.opensAt - wall) > margin
    guard isSettled else { return [] }
    let isOpen = window.opensAt <= wall
    let isSuperseded = window.isSuperseded
    let isNearCritical = abs(window.criticalAt - wall) <= margin
    let severity: Severity? =
      isNearCritical ? nil : window.criticalAt <= wall ? .critical : .warning
    return [
      Expectation(kind: .expired, must: isExpired && !isSuperseded, severity: .critical),
      Expectation(
        kind: .awaitingSecret,
        must: isOpen && !isExpired && !isSuperseded ? (holdsAccepted ? true : nil) : false,
        severity: severity),
    ]
  }

  struct Window {
    var opensAt: WallTime
    var criticalAt: WallTime
    var expiresAt: WallTime
    var isSuperseded: Bool
  }

  /// Rules 1 and 4, once more: the date in force and its window.
  ///
  /// Nil: no opinion.
  func window(_ slot: Int, _ record: CredentialRecord) -> Window? {
    let plan = scenario.plans[slot]
    let policy = plan.settings.policy
    guard let accepted = record.accepted, let value = plan.value(of: accepted.fingerprint) else {
      return nil
    }
    let isFresh = accepted.origin == .pushedFresh
    let date: WallTime
    let isOwn: Bool
    var isSuperseded = false
    if policy.expiration.comesWithValue {
      date = plan.values[value].expiresAt
      isOwn = true
    } else {
      guard let listed = dx.held[slot].date else { return nil }
      date = listed
      isOwn = accepted.listedDate != listed
      isSuperseded = !isOwn && isFresh && listed - policy.rotateBefore <= accepted.at
      if isSuperseded, policy.maxAge != nil { return nil }
      // Where the date stays, a later value may have been accepted under one that was superseded before.
      if plan.dating == .stays, isFresh, !isSuperseded { return nil }
    }
    var before = policy.rotateBefore
    var critical = policy.criticalBefore
    if isOwn, isFresh {
      let lifetime = max(.zero, date - accepted.at)
      before = min(before, lifetime / 3)
      critical = min(critical, lifetime / 10)
    }
    return Window(
      opensAt: date - before, criticalAt: date - critical, expiresAt: date,
      isSuperseded: isSuperseded)
  }
}

private func abs(_ span: TimeSpan) -> TimeSpan { max(span, .zero - span) }
