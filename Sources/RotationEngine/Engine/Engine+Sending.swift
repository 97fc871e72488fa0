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
    setPhase(.queued, of: slot)
    if isRetry { queue.retries.append(slot) } else { queue.first.append(slot) }
  }

  /// Whether requests may be made at all (rules 7 and 8).
  var isGateOpen: Bool {
    !isStopping && instance.unauthorizedSince == nil && apiKey.reading != nil && !isThrottled
  }

  var isThrottled: Bool { instance.throttle.map { $0.nextAt > now } ?? false }

  /// Starts what may be started now.
  mutating func pump() {
    probe()
    guard isGateOpen else { return scheduleQueue() }
    while queue.preparing < settings.api.concurrency + Self.preparingReserve,
      let slot = nextInLine()
    {
      setPhase(.preparing, of: slot)
      queue.preparing += 1
      read(slot, forSend: true)
    }
    while budget.inFlight < settings.api.concurrency, budget.allows(at: moment.steady) {
      guard startOne() else { break }
    }
    scheduleQueue()
  }

  /// The next credential to be read for sending; not so many that their values wait in memory for the budget.
  private mutating func nextInLine() -> Int? {
    guard queue.ready.count < settings.api.concurrency else { return nil }
    if let slot = nextQueued(in: \.first) { return slot }
    return queue.questions.isEmpty || !listBudgetAllows() ? nextQueued(in: \.retries) : nil
  }

  private mutating func nextQueued(
    in line: WritableKeyPath<RequestQueue, RequestQueue.Line<Int>>
  ) -> Int? {
    while let slot = queue[keyPath: line].popFirst() {
      guard credentials[slot].phase == .queued else { continue }
      guard credentials[slot].source.isReading else { return slot }
      // A reader is at work on it for another reason; its end brings the credential here again.
      setPhase(.idle, of: slot)
    }
    return nil
  }

  private mutating func startOne() -> Bool {
    let mayList = listBudgetAllows()
    if mayList, queue.isListNext || queue.ready.isEmpty, askNext() {
      queue.isListNext = false
      return true
    }
    while let slot = queue.ready.popFirst() {
      guard credentials[slot].phase == .ready else { continue }
      if send(slot) {
        queue.isListNext = true
        return true
      }
    }
    return mayList && askNext()
  }

  /// The values were read for sending.
  mutating func prepared(_ slot: Int, isSame: Bool) {
    let isWanted = credentials[slot].commanded != nil || wantsSend(slot)
    guard isSame, isWanted, !isStopping else { return notPrepared(slot, wasRead: true) }
    setPhase(.ready, of: slot)
    queue.ready.append(slot)
  }

  private func wantsSend(_ slot: Int) -> Bool {
    if case .send = assessment(of: slot).decision { true } else { false }
  }

  /// The values were read for sending, but are not sent now.
  mutating func notPrepared(_ slot: Int, wasRead: Bool) {
    if wasRead { effects.append(.discardValues(credentials[slot].key)) }
    setPhase(.idle, of: slot)
    guard let reason = credentials[slot].commanded else { return }
    // What a person asked for goes on with the value that stands there once it holds still.
    credentials[slot].commanded = nil
    if credentials[slot].request == nil {
      credentials[slot].request = RotateRequest(ticket: 0, force: reason == .forced)
    }
  }

  /// Gives a credential to be sent.
  ///
  /// False: it is not to be sent any more.
  private mutating func send(_ slot: Int) -> Bool {
    let assessment = assessment(of: slot)
    let reason: Attempt.Reason
    switch (credentials[slot].commanded, assessment.decision) {
    case (let commanded?, _): reason = commanded
    case (nil, .send(let wanted)): reason = wanted
    default:
      notPrepared(slot, wasRead: true)
      return false
    }
    guard let reading = credentials[slot].reading else {
      notPrepared(slot, wasRead: true)
      return false
    }
    let attempt = Attempt(
      key: credentials[slot].key, name: credentials[slot].settings.name,
      fingerprint: reading.fingerprint, reason: reason, ordinal: assessment.attempts + 1, at: now)
    setPhase(.sending(attempt, since: moment.steady), of: slot)
    budget.start()
    effects.append(.send(attempt, expecting: credentials[slot].record.revision))
    let kept = credentials[slot].record.recentSends.prefix(11)
    credentials[slot].record.recentSends = [now] + kept
    changed.insert(slot)
    reassess(slot)
    return true
  }

  mutating func sendDeclined(_ key: CredentialKey, _ reason: DeclineReason) {
    guard let slot = slots[key] else {
      if departing.removeValue(forKey: key) != nil { budget.cancel() }
      return
    }
    if case .sending = credentials[slot].phase {
      budget.cancel()
      credentials[slot].record.recentSends.removeFirst()
      changed.insert(slot)
      setPhase(.idle, of: slot)
    }
    credentials[slot].commanded = nil
    let request = credentials[slot].request
    credentials[slot].request = nil
    switch reason {
    case .claimed:
      if let request { answer(request, slot, .claimed) }
      wait(slot)
    case .outdated(let record):
      takeOver(record, slot)
      if let request { answer(request, slot, .claimed) }
    case .unrecordable(let why):
      wait(slot)
      let error = LastError(at: now, kind: .state, error: why)
      credentials[slot].record.lastError = error
      announce(
        Wording.notRecorded(
          credentials[slot].subject, why, nextAt: credentials[slot].record.backoff?.nextAt))
      if let request { answer(request, slot, .failed(error)) }
    }
    reassess(slot)
  }

  /// Another process has changed the stored record: its word holds.
  private mutating func takeOver(_ record: CredentialRecord, _ slot: Int) {
    let view = credentials[slot].record.view
    credentials[slot].record = record
    credentials[slot].record.view = view
    credentials[slot].record.name = credentials[slot].settings.name
    changed.insert(slot)
  }

  /// A failure that says nothing of the value: the next try is a backoff away.
  mutating func wait(_ slot: Int) {
    let earlier = credentials[slot].record.backoff
    let failures = (earlier?.failures ?? 0) + 1
    credentials[slot].record.backoff = BackoffState(
      since: earlier?.since ?? now, failures: failures,
      nextAt: now + backoff.wait(afterFailures: failures, draw: &draw))
    changed.insert(slot)
  }

  /// When the line goes on, if time alone decides that.
  private mutating func scheduleQueue() {
    var next: WallTime?
    if !isStopping, !queue.isEmpty || instance.unauthorizedSince != nil {
      if let throttle = instance.throttle, throttle.nextAt > now {
        next = throttle.nextAt
      } else if let free = budget.nextFree ?? (queue.questions.isEmpty ? nil : listBudget.nextFree)
      {
        next = now + max(.milliseconds(1), free - moment.steady)
      }
    }
    deadlines.set(next, for: .queue)
  }
}
