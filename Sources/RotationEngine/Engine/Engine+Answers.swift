// What an update's answer changes (rules 4 and 6 to 9).

extension Engine {
  mutating func updateEnded(_ key: CredentialKey, _ exchange: Exchange) {
    budget.end(at: moment.steady)
    let verdict = Verdict(exchange, to: .update(id: key.id))
    noticeReachability(verdict, of: key)
    if let slot = slots[key] {
      guard let sending = credentials[slot].sending else { return }
      noticeInstance(verdict, sending)
      setPhase(.idle, of: slot)
      let outcome = credentialEnded(slot, sending, verdict, httpStatus: exchange.httpStatus)
      changed.insert(slot)
      emit(.finish(key, outcome))
      // A source that has changed meanwhile is looked at before a person is answered.
      if !credentials[slot].source.isStale(at: now) { answer(slot, RotateAnswer(outcome)) }
      credentials[slot].commanded = nil
      reassess(slot)
    } else if var departed = departing.removeValue(forKey: key), let sending = departed.sending {
      noticeInstance(verdict, sending)
      let outcome = take(verdict, sending, into: &departed).outcome
      emit(.save(departed.record))
      emit(.finish(key, outcome))
    }
  }

  /// What the answer says of the instance as a whole.
  private mutating func noticeInstance(_ verdict: Verdict, _ sending: TrackedCredential.Sending) {
    switch verdict {
    case .throttled(let retryAfter): throttled(retryAfter)
    case .unauthorized(let said):
      // A key that was replaced meanwhile was refused for nothing.
      guard let key = keyInUse, sending.since >= key.since else { return }
      unauthorized(said, isProbe: false)
    case .accepted, .refused, .notFound: if mode == .onePass || isKeyOnTrial { authorized() }
    case .unreachable: break
    }
  }

  private struct Ending {
    var outcome: Attempt.Outcome
    var nextAt: WallTime?
  }

  /// Writes an answer into a credential's record.
  private mutating func take(
    _ verdict: Verdict, _ sending: TrackedCredential.Sending,
    into credential: inout TrackedCredential
  ) -> Ending {
    if case .accepted = verdict {
      credential.accept(sending, now: now)
      return Ending(outcome: .accepted)
    }
    let wasUnreachable = credential.record.lastError?.kind == .unreachable
    let failure = LastError(verdict, at: now)
    credential.record.lastError = failure
    var nextAt: WallTime?
    switch verdict {
    case .accepted: break
    case .refused(let cause, _):
      if cause == .duplicate { credential.confirm(sending.attempt) }
      nextAt = credential.refuse(
        sending.attempt, cause, at: now, retry: settings.retry, now: now, draw: &draw)
    case .notFound:
      nextAt = credential.refuse(
        sending.attempt, .notFound, at: now, retry: settings.retry, now: now, draw: &draw)
    case .unreachable:
      credential.answerWasLost(to: sending.attempt)
      nextAt = credential.wait(retry: settings.retry, now: now, draw: &draw)
      // What failed before for another reason, such as a full disk, says nothing of DX.
      if !wasUnreachable { credential.record.backoff?.since = now }
    case .throttled: nextAt = instance.throttle?.nextAt
    case .unauthorized: nextAt = instance.probe?.nextAt
    }
    return Ending(outcome: .failed(failure), nextAt: nextAt)
  }

  private mutating func credentialEnded(
    _ slot: Int, _ sending: TrackedCredential.Sending, _ verdict: Verdict,
    httpStatus: Int?
  ) -> Attempt.Outcome {
    let hadFailed = credentials[slot].record.lastError != nil
    let maybeTaken = credentials[slot].wasAnswerLost
    let duration = moment.steady - sending.since
    let subject = credentials[slot].subject
    var credential = credentials[slot]
    let ending = take(verdict, sending, into: &credential)
    credentials[slot] = credential
    let isWatchedByDX = credential.settings.policy.expiration == .dx
    switch ending.outcome {
    case .accepted:
      tally.accepted += 1
      announce(Wording.rotated(subject, sending.attempt, duration, httpStatus: httpStatus))
      if hadFailed { announce(Wording.rotationRecovered(subject, sending.attempt)) }
      if isWatchedByDX { wantListAfterPush(credential.key.connection) }
    case .failed(let failure):
      announce(
        Wording.rotationFailed(
          subject, sending.attempt, failure, nextAt: ending.nextAt, duration: duration,
          maybeTaken: maybeTaken))
      if case .notFound = verdict, isWatchedByDX { wantListAfterPush(credential.key.connection) }
      if case .unreachable = verdict, assessment(of: slot).severity(at: now) == .critical {
        outage.isCritical = true
        reassessInstance()
      }
    }
    return ending.outcome
  }

  /// Rule 11: what was sent without an outcome counts, and is sent again.
  mutating func closeInterrupted(_ unfinished: [Attempt]) {
    for attempt in unfinished {
      let error = LastError(
        at: now, kind: .interrupted,
        error: "the daemon ended before DX's answer; DX may have taken the value")
      emit(.close(attempt: attempt.number, attempt.key, .failed(error)))
      guard let slot = slots[attempt.key] else { continue }
      _ = credentials[slot].refuse(
        attempt, .interrupted, at: attempt.at, retry: settings.retry, now: now, draw: &draw)
      credentials[slot].record.lastError = error
      credentials[slot].answerWasLost(to: attempt)
      changed.insert(slot)
      announce(Wording.interrupted(credentials[slot].subject, attempt))
    }
  }
}

extension RotateAnswer {
  fileprivate init(_ outcome: Attempt.Outcome) {
    switch outcome {
    case .accepted: self = .rotated
    case .failed(let error): self = .failed(error)
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
