import RotationEngine

// What may be sent, and when (contract, sections 3 and 4).

extension Rules {
  func sending(
    _ attempt: Attempt, _ content: CredentialPlan.Content, slot: Int, _ world: World
  ) throws {
    let plan = plans[slot]
    guard case .whole(let value) = content else {
      throw fail("nothing torn or empty is sent", "\(attempt.name): \(content)", world)
    }
    guard plan.fingerprint(of: content) == attempt.fingerprint else {
      throw fail("what was recorded is what is sent", attempt.name, world)
    }
    guard try world.disk.unfinishedAttempts().contains(where: { $0.number == attempt.number })
    else {
      throw fail("an attempt is on disk before it is sent", attempt.name, world)
    }
    guard !known[slot].inFlight else {
      throw fail("one send of a credential at a time", attempt.name, world)
    }
    if world.settings.credentials[slot].policy.enabled == false, attempt.reason != .forced {
      throw fail("what is not enabled is not sent", attempt.name, world)
    }
    let isAsked = attempt.reason == .requested || attempt.reason == .forced
    if known[slot].recorded == value, !known[slot].isInDoubt, attempt.reason != .forced {
      throw fail("a value is not sent again after its acceptance was recorded", attempt.name, world)
    }
    if isAsked {
      known[slot].tracks[value] = nil
    } else {
      try checkRefusals(attempt, value, slot, world)
      try checkWindow(attempt, value, slot, world)
    }
    if known[slot].failingValue != value {
      known[slot].failures = 0
    } else if !isAsked, world.now < known[slot].notBefore, instanceStanding[.apiUnavailable] == nil
    {
      throw fail(
        "a backoff is slept", "\(attempt.name) \(known[slot].notBefore - world.now) early", world)
    }
    try checkFlapping(attempt, value, slot, world)
    known[slot].inFlight = true
  }

  /// Beyond six sends in ten minutes a new value waits as a retry would.
  private func checkFlapping(
    _ attempt: Attempt, _ value: Int, _ slot: Int, _ world: World
  ) throws {
    let earlier = known[slot].sends.filter { $0 > world.now - .minutes(10) }
    known[slot].sends = earlier + [world.now]
    guard let last = earlier.last, attempt.reason == .changed, known[slot].tracks[value] == nil,
      world.now - .minutes(10) > clockChangedAt
    else { return }
    let excess = earlier.count - 5
    guard excess < 1 || world.now - last >= step(excess) / 2 else {
      throw fail(
        "a flapping source waits", "\(attempt.name): \(earlier.count) sends before", world)
    }
  }

  private func checkRefusals(
    _ attempt: Attempt, _ value: Int, _ slot: Int, _ world: World
  ) throws {
    guard let track = known[slot].tracks[value], track.attempts > 0 else { return }
    let rested = max(world.now - track.lastAt, world.wall - track.lastWall)
    let detail = "\(attempt.name), value \(value), attempt \(track.attempts + 1), after \(rested)"
    if isHeld(track) {
      guard case .every(let hold) = retry.hold, !track.isLocked, rested >= hold else {
        throw fail("a held value is not tried before its time", detail, world)
      }
    } else if !track.wasInterrupted, rested < step(track.attempts) / 2 {
      throw fail("a refused value waits before it is tried again", detail, world)
    }
    guard attempt.ordinal == track.attempts + 1 else {
      throw fail("attempts are counted for each value", "\(detail), said \(attempt.ordinal)", world)
    }
  }

  func isHeld(_ track: Track) -> Bool {
    track.isHeldAtOnce || track.attempts >= retry.verificationAttempts
  }

  /// `on_change = "wait"`: nothing before the window, where the accepted value's own date is known.
  private func checkWindow(
    _ attempt: Attempt, _ value: Int, _ slot: Int, _ world: World
  ) throws {
    let policy = plans[slot].settings.policy
    guard policy.onChange == .wait, policy.expiration.comesWithValue, attempt.reason == .changed,
      let accepted = known[slot].recorded, accepted != value
    else { return }
    let opensAt = plans[slot].values[accepted].expiresAt - policy.rotateBefore
    guard world.wall >= opensAt else {
      throw fail(
        "a change waits for the window", "\(attempt.name) \(opensAt - world.wall) early", world)
    }
  }
}
