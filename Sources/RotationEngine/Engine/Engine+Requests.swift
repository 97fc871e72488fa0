// What a person asks for with `rotate`.

extension Engine {
  mutating func rotateRequested(_ request: RotateRequest, _ key: CredentialKey) {
    guard let slot = slots[key] else {
      return emit(.answer(ticket: request.ticket, key, .unknown))
    }
    if let refusal = refusal(of: request, slot) {
      return emit(.answer(ticket: request.ticket, key, refusal))
    }
    credentials[slot].request = request
    switch credentials[slot].phase {
    // What is on its way to DX answers it.
    case .preparing, .sending: return
    case .idle, .queued, .ready:
      leaveLine(slot)
      // A reader that is at work already may have begun before a person changed the source.
      if canRead(slot) { read(slot) } else { credentials[slot].source.touched(moment) }
      reassess(slot)
    }
  }

  /// The answer to a request that needs no look at the source.
  private func refusal(of request: RotateRequest, _ slot: Int) -> RotateAnswer? {
    guard credentials[slot].isEnabled || request.force else { return .disabled }
    guard credentials[slot].request == nil, !isStopping else { return .claimed }
    guard request.dryRun else { return nil }
    return credentials[slot].sending.map { .wouldSend($0.attempt.reason) }
  }

  /// Answers what a person asked of a credential, if one did.
  mutating func answer(_ slot: Int, _ answer: RotateAnswer) {
    guard let request = credentials[slot].request else { return }
    credentials[slot].request = nil
    credentials[slot].commanded = nil
    emit(.answer(ticket: request.ticket, credentials[slot].key, answer))
  }

  /// The source was read and holds still: what a person asked for can be decided.
  mutating func decideRequest(_ slot: Int, _ reading: Reading) {
    guard let request = credentials[slot].request, !credentials[slot].source.isStale(at: now)
    else { return }
    switch credentials[slot].phase {
    case .preparing, .sending: return
    case .ready where !request.dryRun: return
    case .idle, .queued, .ready: break
    }
    guard let reason = reasonToSend(slot, reading, force: request.force) else {
      return answer(slot, .nothingToSend)
    }
    if request.dryRun { return answer(slot, .wouldSend(reason)) }
    if let closed = closedGate() { return answer(slot, closed) }
    startAfresh(slot, reading)
    credentials[slot].commanded = reason
    enqueue(slot, isRetry: false)
  }

  /// What differs from what DX accepted is sent, whatever a rule would wait for.
  private func reasonToSend(_ slot: Int, _ reading: Reading, force: Bool) -> Attempt.Reason? {
    if force { return .forced }
    guard let accepted = credentials[slot].record.accepted,
      accepted.fingerprint == reading.fingerprint, !accepted.isInDoubt
    else { return .requested }
    switch accepted.origin {
    case .adopted, .found, .vouched: return .requested
    case .pushed, .pushedFresh: return nil
    }
  }

  /// Rule 6: a person's request begins anew; rule 4: a first value that a person sends is fresh.
  private mutating func startAfresh(_ slot: Int, _ reading: Reading) {
    credentials[slot].startAfresh(with: reading.fingerprint)
    switch credentials[slot].record.accepted?.origin {
    case .adopted?, .found?:
      if credentials[slot].record.accepted?.fingerprint == reading.fingerprint {
        credentials[slot].record.accepted?.origin = .vouched
      }
    case .pushed?, .pushedFresh?, .vouched?, nil: break
    }
    changed.insert(slot)
  }

  /// Why no request is made at present, if none is.
  func closedGate() -> RotateAnswer? {
    if isUnauthorized {
      return .failed(LastError(at: now, kind: .unauthorized, error: "not_authed"))
    }
    if let throttle = instance.throttle, throttle.nextAt > now {
      return .failed(
        LastError(
          at: now, kind: .throttled, error: "DX asked to wait until \(throttle.nextAt)"))
    }
    if keyInUse == nil, let failure = keyFailure {
      return .sourceUnavailable(failure)
    }
    return nil
  }

  /// What was asked cannot be done.
  mutating func answerRequests(_ refusal: RotateAnswer) {
    for slot in credentials.indices where credentials[slot].request != nil {
      guard credentials[slot].sending == nil else { continue }
      answer(slot, refusal)
      leaveLine(slot)
    }
  }
}
