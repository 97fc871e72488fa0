// The way of a value to DX: a place in the line, a fresh reading, the send.

extension Engine {
  /// How many credentials may be read for sending beyond those in flight: enough that a slow source holds nobody up.
  static let preparingReserve = 16

  mutating func setPhase(_ phase: TrackedCredential.Phase, of slot: Int) {
    let wasIdle = credentials[slot].phase == .idle
    credentials[slot].phase = phase
    guard wasIdle != (phase == .idle) else { return }
    let connection = credentials[slot].key.connection
    connections[connection]?.busyCount += wasIdle ? 1 : -1
    listAfterPushes(connection)
  }

  mutating func enqueue(_ slot: Int, isRetry: Bool) {
    if credentials[slot].phase == .idle { setPhase(.queued, of: slot) }
    switch (credentials[slot].place, isRetry) {
    case (.first, _), (.retries, true): return
    case (nil, true):
      credentials[slot].place = .retries
      queue.retries.append(slot)
    case (nil, false), (.retries, false):
      credentials[slot].place = .first
      queue.first.append(slot)
    }
  }

  /// A credential is not to be sent for now.
  mutating func leaveLine(_ slot: Int) {
    switch credentials[slot].phase {
    case .idle, .preparing, .sending: return
    // Its place in the line is passed over when its turn comes.
    case .queued: setPhase(.idle, of: slot)
    case .ready: discard(slot)
    }
  }

  /// The values that were kept for sending are not sent.
  mutating func discard(_ slot: Int) {
    emit(.discardValues(credentials[slot].key))
    setPhase(.idle, of: slot)
  }

  /// What an earlier process sent, and DX may have received within the last minute, is in the budget.
  ///
  /// What it asked is stored nowhere.
  mutating func countEarlierSends(_ records: [CredentialRecord]) {
    let since = now - RequestBudget.minute - settings.api.timeout
    let recent = records.flatMap(\.recentSends).count { $0 > since && $0 <= now }
    budget.inherit(recent, at: moment.steady)
  }

  /// Whether requests may be made at all (rules 7 and 8).
  var isGateOpen: Bool {
    mode != .lookOnly && !isStopping && !isUnauthorized && keyInUse != nil && !isThrottled
  }

  /// Starts what may be started now.
  mutating func pump() {
    probe()
    endIdleTrial()
    guard isGateOpen else {
      if mode == .onePass { giveUp() }
      return scheduleQueue()
    }
    while queue.preparing.count < settings.api.concurrency + Self.preparingReserve,
      let slot = nextInLine()
    {
      setPhase(.preparing, of: slot)
      queue.preparing.insert(credentials[slot].key)
      read(slot, forSend: true)
    }
    while budget.inFlight < settings.api.concurrency, budget.allows(at: moment.steady) {
      guard startOne() else { break }
    }
    scheduleQueue()
  }

  /// A command does not wait for a gate to open.
  private mutating func giveUp() {
    guard let closed = closedGate() else { return }
    queue.questions.removeAll()
    answerRequests(closed)
  }

  /// The next credential to be read for sending; not so many that their values wait in memory for the budget.
  private mutating func nextInLine() -> Int? {
    guard queue.ready.count < settings.api.concurrency, budget.allows(at: moment.steady) else {
      return nil
    }
    return nextQueued(.first, \.first) ?? nextQueued(.retries, \.retries)
  }

  private mutating func nextQueued(
    _ place: RequestQueue.Place, _ line: WritableKeyPath<RequestQueue, RequestQueue.Line<Int>>
  ) -> Int? {
    while let slot = queue[keyPath: line].popFirst() {
      guard credentials[slot].place == place else { continue }
      credentials[slot].place = nil
      guard credentials[slot].phase == .queued else { continue }
      if canRead(slot) { return slot }
      // A reader is at work on it for another reason; its end brings the credential here again.
      setPhase(.idle, of: slot)
    }
    return nil
  }

  private mutating func startOne() -> Bool {
    let mayAsk = listBudgetAllows()
    if mayAsk, queue.isListNext || queue.ready.isEmpty, askNext() {
      queue.isListNext = false
      return true
    }
    while let slot = queue.ready.popFirst() {
      guard let kept = credentials[slot].kept else { continue }
      if send(slot, kept) {
        queue.isListNext = true
        return true
      }
    }
    return mayAsk && askNext()
  }

  /// The values were read for sending, and kept.
  mutating func prepared(_ slot: Int, _ reading: Reading, isSame: Bool) {
    guard isSame, !isStopping, reasonForSend(slot) != nil else { return notPrepared(slot) }
    setPhase(.ready(reading.fingerprint), of: slot)
    queue.ready.append(slot)
  }

  /// The values were read for sending, but are not sent now.
  ///
  /// What a person asked for goes on with the value that stands there once it holds still.
  mutating func notPrepared(_ slot: Int) {
    setPhase(.idle, of: slot)
    credentials[slot].commanded = nil
  }

  private func reasonForSend(_ slot: Int) -> Attempt.Reason? {
    if let commanded = credentials[slot].commanded { return commanded }
    if case .send(let reason) = assessment(of: slot).decision { return reason }
    return nil
  }

  /// Gives a credential to be sent.
  ///
  /// False: it is not to be sent any more.
  private mutating func send(_ slot: Int, _ kept: Fingerprint) -> Bool {
    guard let reading = credentials[slot].reading, reading.fingerprint == kept,
      let reason = reasonForSend(slot)
    else {
      discard(slot)
      credentials[slot].commanded = nil
      if credentials[slot].request != nil { read(slot) }
      reassess(slot)
      return false
    }
    let attempt = Attempt(
      key: credentials[slot].key, name: credentials[slot].settings.name, fingerprint: kept,
      reason: reason, ordinal: assessment(of: slot).attempts + 1, at: now)
    let sending = TrackedCredential.Sending(
      attempt: attempt, expiration: reading.expiration, since: moment.steady)
    setPhase(.sending(sending), of: slot)
    budget.start()
    emit(.send(attempt))
    let earlier = credentials[slot].record.recentSends
    credentials[slot].record.recentSends =
      [now] + earlier.prefix(TrackedCredential.keptSends - 1)
    changed.insert(slot)
    reassess(slot)
    return true
  }

  mutating func sendDeclined(_ key: CredentialKey, _ reason: DeclineReason) {
    guard let slot = slots[key] else {
      if departing.removeValue(forKey: key)?.sending != nil { budget.cancel() }
      return
    }
    guard let sending = credentials[slot].sending else {
      // Only a record was to be stored.
      if case .outdated(let record) = reason {
        takeOver(record, slot)
        reassess(slot)
      }
      return
    }
    budget.cancel()
    setPhase(.idle, of: slot)
    if credentials[slot].record.recentSends.first == sending.attempt.at {
      credentials[slot].record.recentSends.removeFirst()
    }
    changed.insert(slot)
    switch reason {
    case .claimed:
      answer(slot, .claimed)
      wait(slot)
    case .outdated(let record):
      takeOver(record, slot)
      answer(slot, .claimed)
      // What still wants to be sent waits its turn, so that two processes never play ball with one credential.
      if case .send = assessment(of: slot).decision { wait(slot) }
    case .unrecordable(let why):
      let error = LastError(at: now, kind: .state, error: why)
      credentials[slot].record.lastError = error
      let nextAt = wait(slot)
      announce(Wording.notRecorded(credentials[slot].subject, why, nextAt: nextAt))
      answer(slot, .failed(error))
    }
    reassess(slot)
  }

  /// Another process has changed the stored record: its word holds.
  private mutating func takeOver(_ record: CredentialRecord, _ slot: Int) {
    let view = credentials[slot].record.view
    credentials[slot].record = record
    credentials[slot].record.view = view
    credentials[slot].record.name = credentials[slot].settings.name
  }

  @discardableResult
  mutating func wait(_ slot: Int) -> WallTime {
    changed.insert(slot)
    return credentials[slot].wait(retry: settings.retry, now: now, draw: &draw)
  }

  /// When the line goes on, if time alone decides that.
  private mutating func scheduleQueue() {
    var next: WallTime?
    if !isStopping, !queue.isEmpty || isUnauthorized {
      if isThrottled {
        next = instance.throttle?.nextAt
      } else if !budget.allows(at: moment.steady) {
        next = budget.nextFree.map { now + ($0 - moment.steady) }
      } else if !queue.questions.isEmpty, !listBudget.allows(at: moment.steady) {
        next = listBudget.nextFree.map { now + ($0 - moment.steady) }
      }
    }
    deadlines.set(next, for: .queue)
  }
}
