// Alerts: raised once, escalated, repeated, resolved (contract, end of section 4).

extension Engine {
  mutating func announce(_ announcement: Announcement) { effects.append(.announce(announcement)) }

  /// Brings a credential's alerts in line with its condition.
  ///
  /// Returns when to look again.
  mutating func updateAlerts(_ slot: Int, _ assessment: Assessment) -> WallTime? {
    guard mode == .daemon, credentials[slot].isEnabled else {
      resolveAlerts(slot)
      return nil
    }
    let credential = credentials[slot]
    // Until the source was read again after a start, alerts stand as they stood.
    guard credential.reading != nil || credential.record.source.failure != nil else { return nil }
    let (conditions, deadline) = conditions(of: credential, assessment)
    var standing: [StandingAlert] = []
    for condition in conditions {
      let before = credential.record.alerts.first { $0.kind == condition.kind }
      standing.append(stand(condition, before: before, slot, assessment))
    }
    let gone = credential.record.alerts.filter { alert in
      !conditions.contains { $0.kind == alert.kind }
    }
    for alert in gone where !isSuperseded(alert, by: conditions) { resolve(alert, slot) }
    if standing != credential.record.alerts {
      credentials[slot].record.alerts = standing
      changed.insert(slot)
    }
    let repeats = standing.map { $0.saidAt + settings.alert.repeatInterval }
    return (repeats + [deadline].compactMap { $0 }).filter { $0 > now }.min()
  }

  private struct Condition {
    var kind: AlertKind
    var severity: Severity
  }

  /// What is wrong with a credential, and when time alone will change that.
  private func conditions(
    of credential: TrackedCredential, _ assessment: Assessment
  ) -> ([Condition], next: WallTime?) {
    var conditions: [Condition] = []
    var next: [WallTime] = []
    let record = credential.record
    let severity = assessment.severity(at: now)
    let isMissing = record.listed.missingSince != nil
    if isMissing { conditions.append(Condition(kind: .credentialMissing, severity: severity)) }
    if isHeld(credential, assessment), !isMissing {
      conditions.append(Condition(kind: .rotationHeld, severity: severity))
    }
    if isExpired(assessment) {
      conditions.append(Condition(kind: .expired, severity: .critical))
    } else if assessment.decision == .awaitSecret {
      conditions.append(Condition(kind: .awaitingSecret, severity: severity))
    }
    if let since = record.source.failingSince {
      let due = since + settings.alert.after
      if due <= now { conditions.append(Condition(kind: .sourceUnavailable, severity: severity)) }
      next.append(due)
    }
    if record.listed.disabledAt != nil {
      conditions.append(Condition(kind: .credentialDisabled, severity: severity))
    }
    if let since = record.backoff?.since, instance.unreachableSince == nil,
      record.lastError?.kind == .unreachable
    {
      let due = since + settings.alert.after
      if due <= now { conditions.append(Condition(kind: .apiUnavailable, severity: severity)) }
      next.append(due)
    }
    return (conditions, next.filter { $0 > now }.min())
  }

  private func isHeld(_ credential: TrackedCredential, _ assessment: Assessment) -> Bool {
    switch assessment.decision {
    case .hold, .send(.heldRetry): true
    case .watch, .awaitSecret, .send, .retry:
      // While a held value's turn is under way, it is still held.
      if case .sending(let attempt, _) = credential.phase {
        attempt.reason == .heldRetry
      } else {
        false
      }
    }
  }

  private func isExpired(_ assessment: Assessment) -> Bool {
    guard let expiresAt = assessment.window?.expiresAt, assessment.reviewUntil == nil else {
      return false
    }
    return expiresAt <= now && now >= buildDate
  }

  private mutating func stand(
    _ condition: Condition, before: StandingAlert?, _ slot: Int, _ assessment: Assessment
  ) -> StandingAlert {
    var alert =
      before
      ?? StandingAlert(kind: condition.kind, severity: condition.severity, since: now, saidAt: now)
    let phase: AlertNotice.Phase?
    if before == nil {
      phase = .raised
    } else if condition.severity > alert.severity {
      phase = .escalated
    } else if alert.saidAt + settings.alert.repeatInterval <= now {
      phase = .repeated
    } else {
      phase = nil
    }
    alert.severity = condition.severity
    guard let phase else { return alert }
    alert.saidAt = now
    let announcement = Wording.alert(
      alert, phase, credentials[slot].subject, credentials[slot].record,
      expiresAt: assessment.window?.expiresAt, next: credentials[slot].record.view.nextActionAt,
      policy: credentials[slot].settings.policy, now: now)
    tell(phase, alert, announcement, credentialCount: 1)
    return alert
  }

  mutating func tell(
    _ phase: AlertNotice.Phase, _ alert: StandingAlert, _ announcement: Announcement,
    credentialCount: Int
  ) {
    announce(announcement)
    effects.append(
      .alert(
        AlertNotice(
          phase: phase, alert: alert, announcement: announcement, credentialCount: credentialCount))
    )
  }

  // The same trouble under a worse name is no end of it.
  private func isSuperseded(_ alert: StandingAlert, by conditions: [Condition]) -> Bool {
    switch alert.kind {
    case .awaitingSecret: conditions.contains { $0.kind == .expired }
    case .rotationHeld: conditions.contains { $0.kind == .credentialMissing }
    default: false
    }
  }

  private mutating func resolve(_ alert: StandingAlert, _ slot: Int) {
    let announcement = Wording.resolved(alert, credentials[slot].subject, now: now)
    // A rotation, or a source that is back, was said in its own words.
    if Wording.needsResolvedLine(alert.kind) || effectsLackRotation(of: slot) {
      announce(announcement)
    }
    effects.append(
      .alert(
        AlertNotice(
          phase: .resolved, alert: alert, announcement: announcement, credentialCount: 1)))
  }

  private func effectsLackRotation(of slot: Int) -> Bool {
    let subject = credentials[slot].subject
    return !effects.contains { effect in
      guard case .announce(let said) = effect, said.subject == subject else { return false }
      return said.event == .rotated || said.event == .sourceRecovered
    }
  }

  mutating func resolveAlerts(_ slot: Int) {
    guard mode == .daemon, !credentials[slot].record.alerts.isEmpty else { return }
    for alert in credentials[slot].record.alerts { resolve(alert, slot) }
    credentials[slot].record.alerts = []
    changed.insert(slot)
  }
}
