// How DX's dates are watched: one list per connection (contract section 3 and rules 4, 9).

extension Engine {
  /// How often each list is read: stretched where half the budget would not be enough.
  public var effectivePollInterval: TimeSpan {
    let lists = TimeSpan.minutes(Int64(connections.count)) / Int64(Self.listLimit(settings))
    return max(settings.api.pollInterval, lists)
  }

  /// At a start every list is wanted at once; from then on they are spread evenly over the interval.
  mutating func wantEveryList() {
    let interval = effectivePollInterval
    let ids = connections.keys.sorted()
    for (index, id) in ids.enumerated() {
      let part = Double(index + 1) / Double(ids.count)
      setNextList(now + interval * part, for: id)
      wantList(id)
    }
  }

  mutating func setNextList(_ time: WallTime?, for id: Int64) {
    connections[id]?.nextListAt = time
    deadlines.set(isStopping ? nil : time, for: .connection(id))
  }

  mutating func wantList(_ id: Int64) {
    guard let connection = connections[id], !connection.isQueued, !connection.isListing else {
      let isListing = connections[id]?.isListing ?? false
      connections[id]?.wantsList = isListing
      return
    }
    connections[id]?.isQueued = true
    connections[id]?.wantsList = false
    queue.questions.append(.list(id))
  }

  /// A push was accepted: has DX's date moved? One list serves all pushes of the moment.
  mutating func wantListAfterPush(_ id: Int64) {
    connections[id]?.wantsList = true
    listAfterPushes(id)
  }

  mutating func listAfterPushes(_ id: Int64) {
    guard let connection = connections[id], connection.wantsList, connection.busyCount == 0,
      !connection.isListing
    else { return }
    wantList(id)
  }

  mutating func connectionDue(_ id: Int64) {
    setNextList(now + effectivePollInterval, for: id)
    wantList(id)
  }

  mutating func listBudgetAllows() -> Bool {
    !queue.questions.isEmpty && listBudget.allows(at: moment.steady)
  }

  /// Asks the next question in line.
  ///
  /// False: there was none.
  mutating func askNext() -> Bool {
    while let question = queue.questions.popFirst() {
      switch question {
      case .list(let id):
        guard connections[id] != nil else { continue }
        connections[id]?.isQueued = false
        connections[id]?.isListing = true
        effects.append(.list(connection: id))
      case .info(let key):
        guard slots[key] != nil else { continue }
        effects.append(.info(key))
      }
      budget.start()
      listBudget.start()
      return true
    }
    return false
  }

  private mutating func questionEnded(_ verdict: Verdict) {
    budget.end(at: moment.steady)
    listBudget.end(at: moment.steady)
    noticeReachability(verdict, isQuestion: true)
    switch verdict {
    case .unauthorized: unauthorized()
    case .throttled(let retryAfter): throttled(retryAfter)
    case .accepted, .refused, .notFound, .unreachable: break
    }
  }

  mutating func listEnded(_ id: Int64, _ exchange: Exchange) {
    let verdict = Verdict(exchange, to: .list)
    let wasProbe = probeEnded(verdict)
    questionEnded(verdict)
    connections[id]?.isListing = false
    guard let connection = connections[id] else { return }
    switch verdict {
    case .accepted(let object):
      connections[id]?.failures = 0
      takeList(connection, object.credentials ?? [])
      if connection.wantsList { listAfterPushes(id) }
    case .notFound:
      connections[id]?.failures = 0
      for slot in connection.slots { foundMissing(slot) }
    case .throttled, .unauthorized: if !wasProbe { wantList(id) }
    case .unreachable, .refused:
      let failures = connection.failures + 1
      connections[id]?.failures = failures
      let wait = backoff.wait(afterFailures: failures, draw: &draw)
      setNextList(now + min(wait, effectivePollInterval), for: id)
    }
  }

  private mutating func takeList(_ connection: TrackedConnection, _ listed: [Answer.Listed]) {
    let byID = Dictionary(listed.map { ($0.id, $0) }) { first, _ in first }
    for slot in connection.slots where credentials[slot].isEnabled {
      if let facts = byID[credentials[slot].key.id], facts.deletedAt == nil {
        takeFacts(slot, facts)
      } else if credentials[slot].record.listed.missingSince == nil {
        queue.questions.append(.info(credentials[slot].key))
      }
    }
  }

  private mutating func takeFacts(_ slot: Int, _ facts: Answer.Listed) {
    let before = credentials[slot].record.listed
    var after = before
    after.expiration = facts.expiration
    after.disabledAt = facts.disabledAt
    after.missingSince = nil
    let isFirst = before.at == nil
    let isReview = (before.at ?? now) <= (credentials[slot].record.accepted?.at ?? now)
    after.at = now
    credentials[slot].record.listed = after
    if before.missingSince != nil {
      credentials[slot].record.refusals.removeAll { $0.cause == .notFound }
    }
    if let superseded = credentials[slot].record.accepted?.supersededDate,
      superseded != facts.expiration
    {
      credentials[slot].record.accepted?.supersededDate = nil
    }
    // That it was listed again is worth a write only where something depends on it.
    let isSame =
      before.expiration == after.expiration && before.disabledAt == after.disabledAt
      && before.missingSince == nil
    if isFirst || isReview || !isSame { changed.insert(slot) }
    reassess(slot)
  }

  mutating func infoEnded(_ key: CredentialKey, _ exchange: Exchange) {
    let verdict = Verdict(exchange, to: .info(id: key.id))
    questionEnded(verdict)
    guard let slot = slots[key] else { return }
    switch verdict {
    case .accepted(let object):
      guard let facts = object.credential else { return }
      if facts.deletedAt != nil { foundMissing(slot) } else { takeFacts(slot, facts) }
    case .notFound: foundMissing(slot)
    case .throttled, .unauthorized: queue.questions.append(.info(key))
    // The next list asks again.
    case .unreachable, .refused: break
    }
  }

  private mutating func foundMissing(_ slot: Int) {
    guard credentials[slot].isEnabled else { return }
    if credentials[slot].record.listed.missingSince == nil {
      credentials[slot].record.listed.missingSince = now
      credentials[slot].record.listed.at = now
      changed.insert(slot)
    }
    reassess(slot)
  }
}
