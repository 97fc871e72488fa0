import RotationEngine

// What must be true of a world at peace: good values have arrived, and exactly the right alerts stand.

extension World {
  /// Whether nothing but standing facts has disturbed a credential for so long.
  func isCalm(_ slot: Int, for span: TimeSpan) -> Bool {
    let since = max(rules.calmSince, rules.known[slot].calmSince)
    guard process != nil, now - since >= span else { return false }
    return !active.contains { fault in
      switch fault.kind {
      case .source(_, hangs: _), .disabled, .deleted, .switchedOff: false
      case .connector(let index, _): index == scenario.plans[slot].index
      default: true
      }
    }
  }

  /// A good value was written some time ago: DX must have it, unless something was in the way.
  func checkDelivery(_ slot: Int, _ index: Int) throws {
    guard writes[slot] == index, case .whole(let value) = files[slot] else { return }
    let plan = scenario.plans[slot]
    let known = rules.known[slot]
    // A value that comes back is not sent again (contract): not even after a send of another whose answer was lost.
    guard plan.values[value].isGood, known.recorded != value else { return }
    let isBlocked =
      dx.held[slot].deletedAt != nil || !settings.credentials[slot].policy.enabled
      || isActive {
        if case .source(let index, _) = $0 { index == plan.index } else { false }
      }
    let isNeverRetried = known.isVague || (known.tracks[value].map { rules.isHeld($0) } ?? false)
    let isPatient = plan.settings.policy.onChange == .wait || value == 0
    guard !isNeverRetried, !isPatient else { return }
    guard isCalm(slot, for: rules.deliveryBound), !isBlocked else {
      return queue.plan(
        .deliveryDue(slot: slot, index: index), at: now + rules.calm + .minutes(1))
    }
    throw fail(
      "a good value is accepted in time",
      "\(plan.settings.name), value \(value), DX has \(dx.held[slot].value)")
  }

  func audit() throws {
    queue.plan(.audit, at: now + dice.span(.hours(12), .days(5)))
    guard let process else { return }
    for (slot, plan) in scenario.plans.enumerated() where isCalm(slot, for: rules.calm) {
      guard let record = process.engine.record(of: plan.settings.key) else { continue }
      let kinds = Set(rules.standing[slot].keys)
      guard Set(record.alerts.map(\.kind)) == kinds else {
        throw fail("the channels were told of what stands", plan.settings.name)
      }
      guard lastWrite(slot) + rules.calm < now else { continue }
      for expectation in expectations(slot, record) {
        guard let must = expectation.must, must != kinds.contains(expectation.kind) else {
          continue
        }
        throw fail(
          must ? "what needs a person has an alert" : "nothing else has an alert",
          "\(plan.settings.name): \(expectation.kind.rawValue); \(record)")
      }
    }
    let isCalm = active.isEmpty && now - rules.calmSince >= rules.calm
    guard isCalm else { return }
    guard rules.instanceStanding.isEmpty else {
      throw fail(
        "an instance at peace has no alert",
        rules.instanceStanding.keys.map(\.rawValue).sorted().joined(separator: ", "))
    }
    let open = try disk.unfinishedAttempts().count
    guard open <= settings.api.concurrency else {
      throw fail("every attempt has an outcome", "\(open) have none")
    }
  }

  private func lastWrite(_ slot: Int) -> TimeSpan {
    writes[slot] == 0 ? now : scenario.plans[slot].writes[writes[slot] - 1].at
  }

  struct Expectation {
    var kind: AlertKind
    /// Nil: either will do.
    var must: Bool?
  }

  /// Which alerts must, and must not, stand for a credential.
  private func expectations(_ slot: Int, _ record: CredentialRecord) -> [Expectation] {
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
    guard !isUnreadable, truth.deletedAt == nil, case .whole(let value) = files[slot],
      !rules.known[slot].isVague
    else { return result }
    let track = rules.known[slot].tracks[value]
    // What was only adopted, or found, DX has never accepted from here.
    let holdsAccepted =
      record.accepted?.fingerprint == plan.fingerprint(of: .whole(value))
      && (record.accepted?.origin == .pushed || record.accepted?.origin == .pushedFresh)
    if plan.settings.policy.onChange == .push, !rules.known[slot].wasAsked {
      let isHeld = track.map { rules.isHeld($0) } ?? false
      result.append(Expectation(kind: .rotationHeld, must: isHeld && !holdsAccepted))
    }
    return result + expirations(slot, record, holdsAccepted: holdsAccepted)
  }

  private func expirations(
    _ slot: Int, _ record: CredentialRecord, holdsAccepted: Bool
  ) -> [Expectation] {
    guard let window = window(slot, record), !rules.known[slot].wasAsked else { return [] }
    let margin = rules.calm
    let isExpired = window.expiresAt <= wall
    let isSettled =
      abs(window.expiresAt - wall) > margin && abs(window.opensAt - wall) > margin
    guard isSettled else { return [] }
    let isOpen = window.opensAt <= wall
    let isSuperseded = window.isSuperseded
    return [
      Expectation(kind: .expired, must: isExpired && !isSuperseded),
      Expectation(
        kind: .awaitingSecret,
        must: isOpen && !isExpired && !isSuperseded ? (holdsAccepted ? true : nil) : false),
    ]
  }

  private struct Window {
    var opensAt: WallTime
    var expiresAt: WallTime
    var isSuperseded: Bool
  }

  /// Rules 1 and 4, once more: the date in force and its window.
  ///
  /// Nil: no opinion.
  private func window(_ slot: Int, _ record: CredentialRecord) -> Window? {
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
    if isOwn, isFresh { before = min(before, max(.zero, date - accepted.at) / 3) }
    return Window(opensAt: date - before, expiresAt: date, isSuperseded: isSuperseded)
  }
}

private func abs(_ span: TimeSpan) -> TimeSpan { max(span, .zero - span) }

extension Rules {
  /// What must stand when something has gone wrong for long enough.
  func standsAtEnd(of fault: Fault, _ world: World) throws {
    guard world.process != nil, world.active.count == 1, world.starts > 0 else { return }
    let expected: AlertKind
    switch fault.kind {
    case .outage: expected = .apiUnavailable
    case .keyRefused: expected = .apiUnauthorized
    case .keyUnreadable: expected = .sourceUnavailable
    default: return
    }
    guard instanceStanding[expected] != nil else {
      throw fail("what needs a person has an alert", expected.rawValue, world)
    }
  }
}
