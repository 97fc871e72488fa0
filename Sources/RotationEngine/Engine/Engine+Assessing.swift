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
    let deadlines = [
      credentials[slot].source.nextReadAt, alertDeadline, nextDecision(assessment),
      assessment.window?.opensAt, assessment.window?.criticalAt, assessment.window?.expiresAt,
      assessment.reviewUntil,
    ]
    // What is past was looked at just now; a reading alone can be due, and is taken when its deadline is.
    let future = deadlines.compactMap { $0 }.filter { $0 > now }.min()
    let readNow = credentials[slot].source.nextReadAt.map { $0 <= now } ?? false
    let isWatched =
      credentials[slot].isEnabled && (mode == .daemon || credentials[slot].request != nil)
    self.deadlines.set(
      isWatched && !isStopping ? (readNow ? now : future) : nil, for: .credential(slot))
  }

  private func nextDecision(_ assessment: Assessment) -> WallTime? {
    switch assessment.decision {
    case .watch, .awaitSecret, .send: nil
    case .retry(let time, _), .hold(let time): time
    }
  }

  /// Puts a credential that should be sent in line, and takes one that should not out of it.
  private mutating func line(_ slot: Int, up assessment: Assessment) {
    guard case .send(let reason) = assessment.decision, mode == .daemon, !isStopping,
      !credentials[slot].source.isSettling
    else {
      if credentials[slot].commanded == nil { leaveLine(slot) }
      return
    }
    guard credentials[slot].phase == .idle else { return }
    enqueue(slot, isRetry: reason == .retry || reason == .heldRetry)
  }

  private mutating func leaveLine(_ slot: Int) {
    switch credentials[slot].phase {
    case .idle, .preparing, .sending: return
    // Its place in the line is passed over when its turn comes.
    case .queued: setPhase(.idle, of: slot)
    case .ready:
      effects.append(.discardValues(credentials[slot].key))
      setPhase(.idle, of: slot)
    }
  }

  private mutating func updateView(_ slot: Int, _ assessment: Assessment) {
    let credential = credentials[slot]
    var view = CredentialView()
    view.state = state(of: credential, assessment)
    view.needsAttention = !credential.record.alerts.isEmpty
    view.expiresAt = assessment.window?.expiresAt
    view.expiresFrom = assessment.window?.origin
    view.windowOpensAt = assessment.window?.opensAt
    view.attempts = assessment.attempts
    view.nextActionAt = nextAction(credential, assessment)
    tally.replace(slot: slot, view)
    actions.set(view.nextActionAt, for: slot)
    guard view != credential.record.view else { return }
    credentials[slot].record.view = view
    changed.insert(slot)
  }

  private func state(of credential: TrackedCredential, _ assessment: Assessment) -> CredentialState
  {
    guard credential.isEnabled else { return .disabled }
    if credential.record.source.failure != nil { return .sourceUnavailable }
    if credential.isSending || credential.commanded != nil { return .due }
    guard credential.reading != nil else {
      // Until the source was read again after a start, what was last known stays true.
      return credential.record.firstReadAt == nil ? .unknown : credential.record.view.state
    }
    switch assessment.decision {
    case .watch: return .watching
    case .awaitSecret: return .awaitingSecret
    case .send(let reason): return reason == .heldRetry ? .held : .due
    case .retry: return .retrying
    case .hold: return .held
    }
  }

  private func nextAction(_ credential: TrackedCredential, _ assessment: Assessment) -> WallTime? {
    guard credential.isEnabled else { return nil }
    if credential.record.source.failure != nil { return credential.source.nextReadAt }
    switch assessment.decision {
    case .send:
      return credential.record.view.state == .due ? credential.record.view.nextActionAt ?? now : now
    case .retry(let time, _), .hold(let time): return time
    case .awaitSecret:
      return [assessment.window?.criticalAt, assessment.window?.expiresAt].compactMap { $0 }
        .first { $0 > now }
    case .watch: return assessment.window.flatMap { $0.opensAt > now ? $0.opensAt : nil }
    }
  }

  /// Rule 4: where neither a date nor an age is known, that is said once.
  private mutating func noticeUnknownExpiration(_ slot: Int, _ assessment: Assessment) {
    let credential = credentials[slot]
    if assessment.window != nil {
      guard credential.record.saidExpirationUnknown else { return }
      credentials[slot].record.saidExpirationUnknown = false
      changed.insert(slot)
      return
    }
    guard credential.isEnabled, credential.reading != nil, !credential.record.saidExpirationUnknown,
      mode == .daemon, !credential.isSending, assessment.reviewUntil == nil,
      credential.settings.policy.expiration != .dx || credential.record.listed.at != nil
    else { return }
    if case .send = assessment.decision { return }
    credentials[slot].record.saidExpirationUnknown = true
    changed.insert(slot)
    announce(Wording.expirationUnknown(credential.subject, credential.record.accepted))
  }
}
