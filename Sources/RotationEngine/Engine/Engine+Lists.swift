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
    guard let connection = connections[id], !isStopping else { return }
    guard !connection.isQueued, !connection.isListing else { return }
    connections[id]?.isQueued = true
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
        guard let connection = connections[id] else { continue }
        connections[id]?.isQueued = false
        guard !connection.isListing else { continue }
        ask(list: id)
      case .info(let key):
        guard slots[key] != nil else { continue }
        budget.start()
        listBudget.start()
        emit(.info(key))
      }
      return true
    }
    return false
  }

  mutating func ask(list id: Int64) {
    connections[id]?.isListing = true
    connections[id]?.wantsList = false
    budget.start()
    listBudget.start()
    emit(.list(connection: id))
  }

  private mutating func questionEnded(_ verdict: Verdict, isProbe: Bool) {
    budget.end(at: moment.steady)
    listBudget.end(at: moment.steady)
    noticeReachability(verdict, of: nil)
    if case .throttled(let retryAfter) = verdict { throttled(retryAfter) }
    if isProbe { return probeEnded(verdict) }
    switch verdict {
    case .unauthorized(let said): unauthorized(said, isProbe: false)
    case .accepted, .refused, .notFound: if mode == .onePass { authorized() }
    case .throttled, .unreachable: break
    }
  }

  mutating func listEnded(_ id: Int64, _ exchange: Exchange) {
    let verdict = Verdict(exchange, to: .list)
    let isProbe = probing == id
    questionEnded(verdict, isProbe: isProbe)
    connections[id]?.isListing = false
    guard let connection = connections[id] else { return }
    switch verdict {
    case .accepted(let object):
      connections[id]?.failures = 0
      takeList(connection, object.credentials ?? [])
    case .notFound:
      connections[id]?.failures = 0
      for slot in connection.slots { foundMissing(slot) }
    case .throttled, .unauthorized: if !isProbe { wantList(id) }
    case .unreachable, .refused:
      let failures = connection.failures + 1
      connections[id]?.failures = failures
      let wait = backoff.wait(afterFailures: failures, draw: &draw)
      setNextList(now + min(wait, effectivePollInterval), for: id)
    }
    listAfterPushes(id)
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
    let accepted = credentials[slot].record.accepted
    let isReview = accepted.map { accepted in before.at.map { $0 <= accepted.at } ?? true } ?? false
    after.at = now
    credentials[slot].record.listed = after
    if before.missingSince != nil {
      credentials[slot].record.refusals.removeAll { $0.cause == .notFound }
    }
    judgeDate(slot, isFirst: isFirst)
    // That it was listed again is worth a write only where something depends on it.
    let isSame =
      before.expiration == after.expiration && before.disabledAt == after.disabledAt
      && before.missingSince == nil
    if isFirst || isReview || !isSame { changed.insert(slot) }
    reassess(slot)
  }

  /// Rule 4: whether DX's date still belongs to the value before the one accepted.
  private mutating func judgeDate(_ slot: Int, isFirst: Bool) {
    let record = credentials[slot].record
    guard let accepted = record.accepted else { return }
    if let superseded = accepted.supersededDate, superseded != record.listed.expiration {
      credentials[slot].record.accepted?.supersededDate = nil
    }
    // A value that was accepted before DX's date was ever seen: the date stood there, as far as anyone knows.
    guard isFirst, accepted.origin == .pushedFresh, let date = record.listed.expiration,
      date - credentials[slot].settings.policy.rotateBefore <= accepted.at
    else { return }
    credentials[slot].record.accepted?.supersededDate = date
  }

  mutating func infoEnded(_ key: CredentialKey, _ exchange: Exchange) {
    let verdict = Verdict(exchange, to: .info(id: key.id))
    questionEnded(verdict, isProbe: false)
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
