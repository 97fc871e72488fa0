// What a person asks for with `rotate`.

extension Engine {
  mutating func rotateRequested(_ request: RotateRequest, _ key: CredentialKey) {
    guard let slot = slots[key] else {
      effects.append(.answer(ticket: request.ticket, key, .unknown))
      return
    }
    guard credentials[slot].isEnabled || request.force else {
      return answer(request, slot, .disabled)
    }
    guard credentials[slot].request == nil, !isStopping else {
      return answer(request, slot, .claimed)
    }
    credentials[slot].request = request
    // A send under way answers it; anything else begins with a look at the source.
    if !credentials[slot].isSending, credentials[slot].phase != .preparing {
      if credentials[slot].phase == .ready { effects.append(.discardValues(key)) }
      setPhase(.idle, of: slot)
      read(slot)
      reassess(slot)
    }
  }

  func answerIsWanted(_ request: RotateRequest) -> Bool { request.ticket != 0 }

  mutating func answer(_ request: RotateRequest, _ slot: Int, _ answer: RotateAnswer) {
    guard answerIsWanted(request) else { return }
    effects.append(.answer(ticket: request.ticket, credentials[slot].key, answer))
  }

  /// The source was read and holds still: what a person asked for can be decided.
  mutating func answerRequest(_ slot: Int, _ reading: Reading) {
    guard let request = credentials[slot].request, !credentials[slot].isSending,
      credentials[slot].phase != .ready
    else { return }
    let reason = reasonToSend(slot, reading, force: request.force)
    guard let reason else {
      credentials[slot].request = nil
      return answer(request, slot, .nothingToSend)
    }
    if request.dryRun {
      credentials[slot].request = nil
      return answer(request, slot, .wouldSend(reason))
    }
    if let error = closedGate() {
      credentials[slot].request = nil
      return answer(request, slot, .failed(error))
    }
    startAfresh(slot, reading)
    credentials[slot].commanded = reason
    if credentials[slot].phase == .idle { enqueue(slot, isRetry: false) }
  }

  /// What differs from what DX accepted is sent, whatever a rule would wait for.
  private func reasonToSend(_ slot: Int, _ reading: Reading, force: Bool) -> Attempt.Reason? {
    if force { return .forced }
    guard let accepted = credentials[slot].record.accepted,
      accepted.fingerprint == reading.fingerprint
    else { return .requested }
    switch accepted.origin {
    case .adopted, .found, .vouched: return .requested
    case .pushed, .pushedFresh: break
    }
    if case .send(let reason) = assessment(of: slot).decision { return reason }
    return nil
  }

  /// Rule 6: a person's request begins anew; rule 4: a first value that a person sends is fresh.
  private mutating func startAfresh(_ slot: Int, _ reading: Reading) {
    credentials[slot].record.refusals.removeAll { $0.fingerprint == reading.fingerprint }
    credentials[slot].record.backoff = nil
    switch credentials[slot].record.accepted?.origin {
    case .adopted?, .found?:
      if credentials[slot].record.accepted?.fingerprint == reading.fingerprint {
        credentials[slot].record.accepted?.origin = .vouched
      }
    case .pushed?, .pushedFresh?, .vouched?, nil: break
    }
    changed.insert(slot)
  }

  private func closedGate() -> LastError? {
    if instance.unauthorizedSince != nil, mode == .daemon {
      return LastError(at: now, kind: .unauthorized, error: "not_authed")
    }
    if let throttle = instance.throttle, throttle.nextAt > now {
      return LastError(
        at: now, kind: .throttled, error: "DX asked to wait until \(throttle.nextAt)")
    }
    return nil
  }

  /// What was asked cannot be done while the API key cannot be read.
  mutating func answerRequests(without failure: SourceFailure) {
    for slot in credentials.indices {
      guard let request = credentials[slot].request else { continue }
      credentials[slot].request = nil
      credentials[slot].commanded = nil
      answer(request, slot, .sourceUnavailable(failure))
    }
  }
}
