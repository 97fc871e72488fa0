// What an update's answer changes (rules 4 and 6 to 9).

extension Engine {
  mutating func updateEnded(_ key: CredentialKey, _ exchange: Exchange) {
    budget.end(at: moment.steady)
    let verdict = Verdict(exchange, to: .update(id: key.id))
    noticeReachability(verdict, isQuestion: false)
    guard let slot = slots[key] else { return departed(key, verdict) }
    guard case .sending(let attempt, let since) = credentials[slot].phase else { return }
    setPhase(.idle, of: slot)
    credentials[slot].commanded = nil
    let duration = moment.steady - since
    let outcome: Attempt.Outcome
    if case .accepted = verdict {
      outcome = .accepted
      accepted(slot, attempt, duration)
    } else {
      let failure = LastError(verdict, at: now)
      outcome = .failed(failure)
      failed(slot, attempt, verdict, failure, duration)
    }
    effects.append(.finish(key, outcome))
    changed.insert(slot)
    if let request = credentials[slot].request, !credentials[slot].source.isReading {
      credentials[slot].request = nil
      switch outcome {
      case .accepted: answer(request, slot, .rotated)
      case .failed(let error): answer(request, slot, .failed(error))
      }
    }
    reassess(slot)
  }

  private mutating func departed(_ key: CredentialKey, _ verdict: Verdict) {
    guard departing.removeValue(forKey: key) != nil else { return }
    if case .accepted = verdict {
      effects.append(.finish(key, .accepted))
    } else {
      effects.append(.finish(key, .failed(LastError(verdict, at: now))))
    }
  }

  private mutating func accepted(_ slot: Int, _ attempt: Attempt, _ duration: TimeSpan) {
    let before = credentials[slot].record
    let policy = credentials[slot].settings.policy
    let isSame = before.accepted?.fingerprint == attempt.fingerprint
    let origin: AcceptedValue.Origin =
      switch before.accepted?.origin {
      case .pushed where isSame: .pushed
      case .found where isSame, .adopted where isSame: .pushed
      default: .pushedFresh
      }
    // Rule 4: judged by the window as it was when the value was accepted.
    let window = ExpirationWindow(
      policy: policy, record: before, reading: credentials[slot].reading)
    let isSuperseded =
      policy.expiration == .dx && origin == .pushedFresh && window?.origin == .dx
      && window?.isOpen(at: now) == true && !(isSame && before.accepted?.origin == .pushedFresh)
    credentials[slot].record.accepted = AcceptedValue(
      fingerprint: attempt.fingerprint, at: now, origin: origin,
      expiration: credentials[slot].reading.flatMap {
        $0.fingerprint == attempt.fingerprint ? $0.expiration : nil
      },
      supersededDate: isSuperseded
        ? before.listed.expiration : isSame ? before.accepted?.supersededDate : nil,
      listedDate: before.listed.expiration)
    credentials[slot].record.refusals.removeAll { $0.fingerprint == attempt.fingerprint }
    credentials[slot].record.backoff = nil
    credentials[slot].record.lastError = nil
    credentials[slot].record.listed.missingSince = nil
    tally.accepted += 1
    announce(Wording.rotated(credentials[slot].subject, attempt, duration))
    if before.lastError != nil {
      announce(Wording.rotationRecovered(credentials[slot].subject, attempt))
    }
    if policy.expiration == .dx { wantListAfterPush(credentials[slot].key.connection) }
  }

  private mutating func failed(
    _ slot: Int, _ attempt: Attempt, _ verdict: Verdict, _ failure: LastError,
    _ duration: TimeSpan
  ) {
    let maybeTaken = wasAnswerLost(credentials[slot].record.lastError)
    credentials[slot].record.lastError = failure
    var nextAt: WallTime?
    switch verdict {
    case .accepted: return
    case .refused(let cause, _): nextAt = refused(slot, attempt, cause)
    case .notFound:
      nextAt = refused(slot, attempt, .notFound)
      wantListAfterPush(credentials[slot].key.connection)
    case .unreachable:
      wait(slot)
      nextAt = credentials[slot].record.backoff?.nextAt
    case .throttled(let retryAfter):
      throttled(retryAfter)
      nextAt = instance.throttle?.nextAt
    case .unauthorized:
      unauthorized()
      nextAt = instance.probe?.nextAt
    }
    announce(
      Wording.rotationFailed(
        credentials[slot].subject, attempt, failure, nextAt: nextAt, duration: duration,
        maybeTaken: maybeTaken))
  }

  private func wasAnswerLost(_ error: LastError?) -> Bool {
    switch error?.kind {
    case .unreachable?, .interrupted?: true
    default: false
    }
  }

  /// Counts a refusal of the value that was sent.
  ///
  /// Returns when it is sent again.
  private mutating func refused(
    _ slot: Int, _ attempt: Attempt, _ cause: Refusal.Cause
  ) -> WallTime? {
    credentials[slot].record.backoff = nil
    let attempts = (refusal(slot, attempt.fingerprint)?.attempts ?? 0) + 1
    return note(refusal: cause, slot, attempt.fingerprint, attempts: attempts, lastAt: now)
  }

  func refusal(_ slot: Int, _ fingerprint: Fingerprint) -> Refusal? {
    credentials[slot].record.refusals.first { $0.fingerprint == fingerprint }
  }

  /// Writes down where a value that was not accepted stands: retried, or held.
  @discardableResult
  mutating func note(
    refusal cause: Refusal.Cause, _ slot: Int, _ fingerprint: Fingerprint, attempts: Int,
    lastAt: WallTime
  ) -> WallTime? {
    let retry = settings.retry
    let isHeld =
      switch cause {
      case .duplicate, .notFound: true
      case .verification, .invalidCredentials, .interrupted: attempts >= retry.verificationAttempts
      }
    let nextAt: WallTime?
    if !isHeld {
      nextAt =
        cause == .interrupted ? now : now + backoff.wait(afterFailures: attempts, draw: &draw)
    } else if case .every(let span) = retry.hold, cause != .invalidCredentials {
      nextAt = now + span
    } else {
      nextAt = nil
    }
    var others = credentials[slot].record.refusals.filter { $0.fingerprint != fingerprint }
    others.insert(
      Refusal(
        fingerprint: fingerprint, attempts: attempts, lastAt: lastAt, cause: cause,
        nextAt: nextAt, isHeld: isHeld), at: 0)
    credentials[slot].record.refusals = Array(others.prefix(16))
    changed.insert(slot)
    return nextAt
  }

  /// Rule 11: what was sent without an outcome counts, and is sent again.
  mutating func closeInterrupted(_ unfinished: [Attempt]) {
    for attempt in unfinished {
      let error = LastError(
        at: now, kind: .interrupted,
        error: "the daemon ended before DX's answer; DX may have taken the value")
      effects.append(.close(attempt: attempt.number, .failed(error)))
      guard let slot = slots[attempt.key] else { continue }
      let attempts = (refusal(slot, attempt.fingerprint)?.attempts ?? 0) + 1
      note(refusal: .interrupted, slot, attempt.fingerprint, attempts: attempts, lastAt: attempt.at)
      credentials[slot].record.backoff = nil
      credentials[slot].record.lastError = error
      announce(Wording.interrupted(credentials[slot].subject, attempt))
    }
  }
}

extension LastError {
  /// What people are told of a verdict that is not an acceptance.
  public init(_ verdict: Verdict, at time: WallTime) {
    switch verdict {
    case .accepted: self.init(at: time, kind: .unreachable)
    case .refused(let cause, let said):
      self.init(at: time, kind: cause == .duplicate ? .duplicate : .verification, said)
    case .notFound(let said): self.init(at: time, kind: .notFound, said)
    case .unauthorized(let said): self.init(at: time, kind: .unauthorized, said)
    case .throttled:
      self.init(at: time, kind: .throttled, error: "too many requests", httpStatus: 429)
    case .unreachable(let why, let status):
      self.init(at: time, kind: .unreachable, error: why, httpStatus: status)
    }
  }

  private init(at time: WallTime, kind: FailureKind, _ said: Verdict.LabelledError) {
    self.init(
      at: time, kind: kind, error: said.label, displayMessage: said.displayMessage,
      rawMessage: said.rawMessage, httpStatus: said.httpStatus)
  }
}
