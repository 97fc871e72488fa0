import RotationEngine

// What may be asked, how much of it, and what the answers say (contract, rules 6 to 8).

extension Rules {
  func asking(_ question: ModelDX.Question, _ world: World) throws {
    inFlight += 1
    guard !isStopping else {
      throw fail("nothing is begun once the service ends", "\(question)", world)
    }
    guard inFlight <= api.concurrency else {
      throw fail("no more requests in flight than configured", "\(inFlight)", world)
    }
    guard world.now >= quietUntil else {
      throw fail("every request waits while DX asks to", "\(quietUntil - world.now) early", world)
    }
    guard let key = world.process?.apiKey else { return }
    triedKey = max(triedKey, key)
    guard refusedKey == key else { return }
    guard case .list = question, inFlight == 1 else {
      throw fail("only one probe at a time with a refused key", "\(question)", world)
    }
    guard world.now >= keyNotBefore else {
      throw fail(
        "a refused key is tried after a backoff", "\(keyNotBefore - world.now) early", world)
    }
    isProbing = true
  }

  /// A request is at DX: no minute sees more than the budget, whichever process sent it.
  ///
  /// What a process before asked, rather than sent, is stored nowhere, and does not count.
  func arrived(
    _ question: ModelDX.Question, from number: Int, _ world: World
  ) throws {
    if number != arrivalsOf {
      questionArrivals = []
      arrivalsOf = number
    }
    let since = world.now - .minutes(1)
    updateArrivals.removeAll { $0 <= since }
    questionArrivals.removeAll { $0.at <= since }
    if case .update = question {
      updateArrivals.append(world.now)
    } else {
      questionArrivals.append((world.now, isProbing))
    }
    let count = updateArrivals.count + questionArrivals.count
    guard count <= api.requestsPerMinute else {
      throw fail("the budget of requests a minute", "\(count)", world)
    }
    // A probe is no list for the sake of the dates: nothing else is asked while one is.
    let lists = questionArrivals.count { !$0.isProbe }
    guard lists <= max(1, api.requestsPerMinute / 2) else {
      throw fail("lists take half of the budget at most", "\(lists)", world)
    }
  }

  /// An answer is about to be heard.
  func delivered(_ request: World.Request, _ exchange: Exchange, _ world: World) {
    inFlight -= 1
    let verdict = Verdict(exchange, to: request.verdictQuestion(plans))
    noteInstance(request, verdict, world)
    guard case .update(let slot, let value) = request.question else { return }
    known[slot].inFlight = false
    var track = known[slot].tracks[value] ?? Track()
    track.lastAt = world.now
    track.lastWall = world.wall
    track.wasInterrupted = false
    if case .unreachable = verdict {
      known[slot].unreachableSince = known[slot].unreachableSince ?? world.now
      if known[slot].recorded != value { known[slot].isInDoubt = true }
      known[slot].failures = known[slot].failingValue == value ? known[slot].failures + 1 : 1
      known[slot].failingValue = value
      known[slot].notBefore = world.now + step(known[slot].failures) / 2
      return
    }
    known[slot].unreachableSince = nil
    switch verdict {
    case .accepted:
      known[slot].accepted = value
      known[slot].lastAcceptedAt = world.now
      known[slot].tracks[value] = nil
      known[slot].failures = 0
      known[slot].notBefore = .zero
      return
    case .refused(let cause, _):
      track.attempts += 1
      track.isLocked = cause == .invalidCredentials
      track.isHeldAtOnce = cause == .duplicate
      if cause == .duplicate, known[slot].recorded == value { known[slot].isInDoubt = false }
      track.isNotFound = false
    case .notFound:
      track.attempts += 1
      track.isHeldAtOnce = true
      track.isNotFound = true
    case .throttled, .unauthorized, .unreachable: return
    }
    known[slot].failures = 0
    known[slot].tracks[value] = track
  }

  private func noteInstance(
    _ request: World.Request, _ verdict: Verdict, _ world: World
  ) {
    let key = world.process?.apiKey
    switch verdict {
    case .unreachable: return
    case .throttled(let retryAfter):
      var wait = retry.initial / 2
      if case .after(let span)? = retryAfter { wait = max(.seconds(1), min(span, .hours(1))) }
      quietUntil = max(quietUntil, world.now + wait)
    case .unauthorized:
      // What was under way when the key was refused says no more of it.
      guard request.apiKey == key, isProbing || refusedKey != key else { break }
      keyRefusals = isProbing ? keyRefusals + 1 : 1
      isProbing = false
      refusedKey = key
      keyNotBefore = world.now + step(keyRefusals) / 2
    case .accepted, .refused, .notFound:
      if refusedKey == key { refusedKey = nil }
      isProbing = false
    }
    answeredAt = world.now
  }
}

extension World.Request {
  fileprivate func verdictQuestion(_ plans: [CredentialPlan]) -> Verdict.Question {
    switch question {
    case .update(let slot, _): .update(id: plans[slot].settings.key.id)
    case .list: .list
    case .info(let slot): .info(id: plans[slot].settings.key.id)
    }
  }
}
