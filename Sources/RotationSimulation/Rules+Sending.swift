import RotationEngine

// What may be sent, and when (contract, sections 3 and 4).

extension Rules {
  mutating func sending(
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
    if known[slot].recorded == value, attempt.reason != .forced {
      throw fail("a value is not sent again after its acceptance was recorded", attempt.name, world)
    }
    if isAsked {
      known[slot].tracks[value] = nil
      known[slot].isVague = known[slot].isVague && attempt.reason != .forced
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
    known[slot].inFlight = true
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
    guard attempt.ordinal == track.attempts + 1 || known[slot].isVague else {
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

  mutating func asking(_ question: ModelDX.Question, _ world: World) throws {
    inFlight += 1
    guard inFlight <= api.concurrency else {
      throw fail("no more requests in flight than configured", "\(inFlight)", world)
    }
    guard world.now >= quietUntil else {
      throw fail("every request waits while DX asks to", "\(quietUntil - world.now) early", world)
    }
    guard refusedKey == world.process?.apiKey else { return }
    guard case .list = question, inFlight == 1 else {
      throw fail("only one probe at a time with a refused key", "\(question)", world)
    }
  }

  /// A request is at DX: no minute sees more than the budget.
  mutating func arrived(
    _ question: ModelDX.Question, from number: Int, _ world: World
  ) throws {
    if number != arrivalsOf {
      arrivals = []
      listArrivals = []
      arrivalsOf = number
    }
    let since = world.now - .minutes(1)
    arrivals.removeAll { $0 <= since }
    arrivals.append(world.now)
    guard arrivals.count <= api.requestsPerMinute else {
      throw fail("the budget of requests a minute", "\(arrivals.count)", world)
    }
    if case .update = question { return }
    listArrivals.removeAll { $0 <= since }
    listArrivals.append(world.now)
    guard listArrivals.count <= max(1, api.requestsPerMinute / 2) || refusedKey != nil else {
      throw fail("lists take half of the budget at most", "\(listArrivals.count)", world)
    }
  }

  /// An answer is about to be heard.
  mutating func delivered(_ request: World.Request, _ exchange: Exchange, _ world: World) {
    inFlight -= 1
    noteInstance(request, exchange, world)
    guard case .update(let slot, let value) = request.question else { return }
    known[slot].inFlight = false
    let verdict = Verdict(exchange, to: .update(id: plans[slot].settings.key.id))
    var track = known[slot].tracks[value] ?? Track()
    track.lastAt = world.now
    track.lastWall = world.wall
    track.wasInterrupted = false
    switch verdict {
    case .accepted:
      known[slot].accepted = value
      known[slot].tracks[value] = nil
      known[slot].failures = 0
      known[slot].notBefore = .zero
      return
    case .refused(let cause, _):
      track.attempts += 1
      track.isLocked = cause == .invalidCredentials
      track.isHeldAtOnce = cause == .duplicate
      track.isNotFound = false
    case .notFound:
      track.attempts += 1
      track.isHeldAtOnce = true
      track.isNotFound = true
    case .unreachable:
      known[slot].failures = known[slot].failingValue == value ? known[slot].failures + 1 : 1
      known[slot].failingValue = value
      known[slot].notBefore = world.now + step(known[slot].failures) / 2
      return
    case .throttled, .unauthorized: return
    }
    known[slot].failures = 0
    known[slot].tracks[value] = track
  }

  private mutating func noteInstance(
    _ request: World.Request, _ exchange: Exchange, _ world: World
  ) {
    guard case .answered(let answer) = exchange else { return }
    if answer.status == 429 {
      var wait = retry.initial / 2
      if case .after(let span)? = answer.retryAfter {
        wait = max(.seconds(1), min(span, .hours(1)))
      }
      quietUntil = max(quietUntil, world.now + wait)
    }
    guard case .object(let object) = answer.body, let key = world.process?.apiKey else { return }
    if object.error == "not_authed", request.apiKey == key {
      refusedKey = key
    } else if refusedKey == key, object.error != "not_authed" {
      refusedKey = nil
    }
  }

  /// A turn's decisions were given to the ledger.
  mutating func committed(_ effects: [Effect], isWritten: Bool, _ world: World) throws {
    for case .save(let record) in effects {
      guard record.view.needsAttention == !record.alerts.isEmpty else {
        throw fail("needs_attention tells of alerts", record.name, world)
      }
      // What is less bad than it was is not told, but may escalate again.
      guard let slot = world.slots[record.key] else { continue }
      for alert in record.alerts where alert.severity == .warning {
        standing[slot][alert.kind]?.severity = .warning
      }
    }
    guard isWritten else { return }
    for slot in known.indices {
      guard let accepted = known[slot].accepted else { continue }
      known[slot].recorded = accepted
      known[slot].accepted = nil
      known[slot].isVague = false
    }
  }
}
