import RotationEngine

// Which values DX must have by now.

extension World {
  /// A good value was written some time ago: DX must have it, unless something was in the way.
  func checkDelivery(_ slot: Int, _ index: Int) throws {
    guard writes[slot] == index, case .whole(let value) = files[slot] else { return }
    let plan = scenario.plans[slot]
    let known = rules.known[slot]
    guard plan.settings.policy.onChange == .push, plan.values[value].isGood,
      dx.held[slot].value != value, !isAdopted(slot, value)
    else { return }
    let track = known.tracks[value]
    if let track, rules.isHeld(track) {
      guard case .every = rules.retry.hold, !track.isLocked else { return }
    }
    var bound = rules.deliveryBound
    // A flapping source waits as a retry would.
    if known.sends.filter({ $0 > now - .minutes(20) }).count > 5 { bound = bound + rules.retry.max }
    // What was refused, or disturbed since, is on a retry's way.
    let since = max(rules.calmSince, known.calmSince)
    if track != nil || since > lastWrite(slot) { bound = rules.calm }
    guard isCalm(slot, for: bound), now - lastWrite(slot) >= bound, !isBlocked(slot) else {
      return queue.plan(
        .deliveryDue(slot: slot, index: index), at: now + rules.calm + .minutes(1))
    }
    throw fail(
      "a good value is accepted in time",
      "\(plan.settings.name), value \(value), DX has \(dx.held[slot].value)")
  }

  /// What was adopted is what DX is taken to have.
  private func isAdopted(_ slot: Int, _ value: Int) -> Bool {
    guard let accepted = process?.engine.record(of: key(slot))?.accepted,
      accepted.fingerprint == scenario.plans[slot].fingerprint(of: .whole(value))
    else { return false }
    return accepted.origin == .adopted || accepted.origin == .found
  }

  private func isBlocked(_ slot: Int) -> Bool {
    let index = scenario.plans[slot].index
    return dx.held[slot].deletedAt != nil || !settings.credentials[slot].policy.enabled
      || isActive { if case .source(index, hangs: _) = $0 { true } else { false } }
  }

  /// In a world at peace DX has what the source holds, or the rules say why not.
  func checkOwed(_ slot: Int, _ record: CredentialRecord) throws {
    guard !isBlocked(slot), case .whole(let value) = files[slot] else { return }
    let plan = scenario.plans[slot]
    guard plan.values[value].isGood, dx.held[slot].value != value,
      let accepted = record.accepted
    else { return }
    if let track = rules.known[slot].tracks[value], rules.isHeld(track) {
      guard case .every = rules.retry.hold, !track.isLocked else { return }
    }
    let isSame = accepted.fingerprint == plan.fingerprint(of: .whole(value))
    let isPatient =
      switch accepted.origin {
      case .adopted where isSame: true
      case .found where isSame: plan.settings.policy.firstSeen == .adopt
      case .pushed, .pushedFresh, .vouched, .adopted, .found:
        !isSame && plan.settings.policy.onChange == .wait
      }
    if isPatient {
      guard let window = window(slot, record), !window.isSuperseded,
        window.opensAt + rules.calm < wall
      else { return }
    }
    throw fail(
      "DX has what it should have",
      "\(plan.settings.name), value \(value), DX has \(dx.held[slot].value); \(record)")
  }

  /// Whether a credential's window can be open, as far as that needs no knowledge of the engine's.
  func canBeInWindow(_ slot: Int) -> Bool {
    let plan = scenario.plans[slot]
    let policy = plan.settings.policy
    guard isCalm(slot, for: rules.calm), policy.maxAge == nil else { return true }
    let date: WallTime?
    if policy.expiration.comesWithValue {
      date = rules.known[slot].recorded.map { plan.values[$0].expiresAt }
    } else {
      date = dx.held[slot].date
    }
    return date.map { $0 - policy.rotateBefore <= wall + .minutes(10) } ?? true
  }

  /// A new key was written in place of a refused one: it is tried at once.
  func checkKey(_ key: Int, _ disturbances: Int) throws {
    guard process != nil, active.isEmpty, rules.disturbances == disturbances else { return }
    guard rules.triedKey >= key || now < rules.quietUntil else {
      throw fail("a new key is tried at once", "key \(key)")
    }
  }

  /// An outage ended some time ago: what failed in it was tried again.
  func checkAfterOutage(_ disturbances: Int) throws {
    guard process != nil, active.isEmpty, rules.disturbances == disturbances,
      now >= rules.quietUntil
    else { return }
    for slot in scenario.plans.indices where !isBlocked(slot) {
      let known = rules.known[slot]
      guard case .whole(let value) = files[slot], known.failures > 0, known.failingValue == value,
        dx.held[slot].value != value, known.tracks[value] == nil,
        lastWrite(slot) + rules.deliveryBound < now
      else { continue }
      throw fail("nobody waits out a backoff after an outage", scenario.plans[slot].settings.name)
    }
  }
}
