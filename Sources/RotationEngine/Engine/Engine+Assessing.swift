// Looking at one credential: what the rules say, what people see, and when to look again.

extension Engine {
  func assessment(of slot: Int) -> Assessment {
    let credential = credentials[slot]
    return Assessment(
      settings: credential.settings, retry: settings.retry, record: credential.record,
      reading: credential.reading, now: now)
  }

  /// Brings everything about a credential in line with what is known now.
  mutating func reassess(_ slot: Int) {
    let assessment = assessment(of: slot)
    line(slot, up: assessment)
    let alertDeadline = updateAlerts(slot, assessment)
    updateView(slot, assessment)
    noticeUnknownExpiration(slot, assessment)
    looks.set(nextLook(slot, assessment, alertDeadline), for: slot)
  }

  /// When a credential has to be looked at again.
  private func nextLook(
    _ slot: Int, _ assessment: Assessment, _ alertDeadline: WallTime?
  ) -> WallTime? {
    guard isFollowed(slot) else { return nil }
    // A reading that is due is taken when its deadline is; all else that is past was looked at just now.
    let reading = credentials[slot].source.nextReadAt
    if let reading, reading <= now { return now }
    var next = reading
    for time in [
      alertDeadline, assessment.nextDecisionAt, assessment.window?.opensAt,
      assessment.window?.criticalAt, assessment.window?.expiresAt, assessment.reviewUntil,
    ] {
      if let time, time > now { next = min(next ?? time, time) }
    }
    return next
  }

  /// Puts a credential that should be sent in line, and takes one that should not out of it.
  private mutating func line(_ slot: Int, up assessment: Assessment) {
    guard mode == .daemon, !isStopping, credentials[slot].commanded == nil else { return }
    guard case .send(let reason) = assessment.decision, !credentials[slot].source.isSettling else {
      return leaveLine(slot)
    }
    switch credentials[slot].phase {
    case .idle, .queued: enqueue(slot, isRetry: reason == .retry || reason == .heldRetry)
    case .preparing, .ready, .sending: return
    }
  }

  private mutating func updateView(_ slot: Int, _ assessment: Assessment) {
    let credential = credentials[slot]
    let before = credential.record.view
    var view = CredentialView()
    view.state = state(of: credential, assessment)
    view.needsAttention = !credential.record.alerts.isEmpty
    view.expiresAt = assessment.window?.expiresAt
    view.expiresFrom = assessment.window?.origin
    view.windowOpensAt = assessment.window?.opensAt
    view.attempts = assessment.attempts
    view.nextActionAt = nextAction(credential, assessment)
    actions.set(view.nextActionAt, for: slot)
    guard view != before else { return }
    tally.replace(before, by: view)
    credentials[slot].record.view = view
    changed.insert(slot)
  }

  func state(of credential: TrackedCredential, _ assessment: Assessment) -> CredentialState {
    guard credential.isEnabled else { return .disabled }
    if credential.record.source.failure != nil { return .sourceUnavailable }
    if credential.sending != nil || credential.commanded != nil { return .due }
    guard credential.reading != nil else {
      // Until the source was read again after a start, what was last known stays true.
      let last = credential.record.view.state
      return credential.record.firstReadAt == nil || last == .disabled ? .unknown : last
    }
    if assessment.isHeld { return .held }
    switch assessment.decision {
    case .watch: return .watching
    case .awaitSecret: return .awaitingSecret
    case .send: return .due
    case .retry: return .retrying
    case .hold: return .held
    }
  }

  /// When something happens next by itself; it moves only when that does, for each change is a write.
  private func nextAction(_ credential: TrackedCredential, _ assessment: Assessment) -> WallTime? {
    guard credential.isEnabled else { return nil }
    let last = credential.record.view.nextActionAt
    if credential.record.source.failure != nil {
      return credential.source.nextReadAt.flatMap { $0 > now ? $0 : nil } ?? last
    }
    guard credential.reading != nil || credential.record.firstReadAt == nil else { return last }
    switch assessment.decision {
    case .send: return last.flatMap { $0 <= now ? $0 : nil } ?? now
    case .retry(let time, _): return time
    case .hold(let time): return time
    case .awaitSecret:
      return [assessment.window?.criticalAt, assessment.window?.expiresAt].compactMap { $0 }
        .first { $0 > now }
    case .watch: return assessment.window.flatMap { $0.opensAt > now ? $0.opensAt : nil }
    }
  }

  /// Rule 4: where neither a date nor an age is known, that is said once.
  private mutating func noticeUnknownExpiration(_ slot: Int, _ assessment: Assessment) {
    guard mode == .daemon else { return }
    let credential = credentials[slot]
    if assessment.window != nil {
      guard credential.record.saidExpirationUnknown else { return }
      credentials[slot].record.saidExpirationUnknown = false
      changed.insert(slot)
      return
    }
    guard credential.isEnabled, credential.reading != nil, !credential.record.saidExpirationUnknown,
      credential.phase == .idle, assessment.reviewUntil == nil,
      credential.settings.policy.expiration != .dx || credential.record.listed.at != nil
    else { return }
    if case .send = assessment.decision { return }
    credentials[slot].record.saidExpirationUnknown = true
    changed.insert(slot)
    announce(
      Wording.expirationUnknown(
        credential.subject, credential.settings.policy.expiration, credential.record.accepted))
  }
}

extension Assessment {
  /// When time alone changes the decision.
  fileprivate var nextDecisionAt: WallTime? {
    switch decision {
    case .watch, .awaitSecret, .send: nil
    case .retry(let time, _): time
    case .hold(let time): time
    }
  }
}
