// Alerts: raised once, escalated, repeated, resolved (contract, end of section 4).

extension Engine {
  mutating func announce(_ announcement: Announcement) { emit(.announce(announcement)) }

  /// Brings a credential's alerts in line with its condition.
  ///
  /// Returns when to look again.
  mutating func updateAlerts(_ slot: Int, _ assessment: Assessment) -> WallTime? {
    guard mode == .daemon, !isStopping else { return nil }
    let credential = credentials[slot]
    // Until the source was read again after a start, alerts stand as they stood.
    guard !credential.isEnabled || credential.isRead else { return nil }
    let conditions = credential.isEnabled ? conditions(of: credential, assessment) : []
    var standing: [StandingAlert] = []
    for condition in conditions {
      let before = credential.record.alerts.first { $0.kind == condition.kind }
      standing.append(stand(condition, before: before, slot, assessment))
    }
    for alert in credential.record.alerts
    where !conditions.contains(where: { $0.kind == alert.kind }) {
      end(alert, slot, supersededBy: conditions)
    }
    if standing != credential.record.alerts {
      credentials[slot].record.alerts = standing
      changed.insert(slot)
    }
    var next = standing.map { $0.saidAt + settings.alert.repeatInterval }
    if let since = credential.record.source.failingSince {
      next.append(since + settings.alert.after)
    }
    return next.filter { $0 > now }.min()
  }

  /// Something that is wrong, and since when.
  struct Condition {
    var kind: AlertKind
    var severity: Severity
    var since: WallTime
  }

  /// What is wrong with a credential.
  private func conditions(
    of credential: TrackedCredential, _ assessment: Assessment
  ) -> [Condition] {
    let record = credential.record
    let severity = assessment.severity(at: now)
    var conditions: [Condition] = []
    func note(_ kind: AlertKind, since: WallTime? = nil, severity worse: Severity? = nil) {
      conditions.append(
        Condition(kind: kind, severity: worse ?? severity, since: since ?? now))
    }
    if let since = record.listed.missingSince {
      note(.credentialMissing, since: since)
    } else if assessment.isHeld || credential.stands(.rotationHeld) && assessment.isWanted {
      note(.rotationHeld)
    }
    if isExpired(credential, assessment) {
      note(.expired, severity: .critical)
    } else if isAwaiting(credential, assessment) {
      note(.awaitingSecret)
    }
    if let since = record.source.failingSince, since + settings.alert.after <= now {
      note(.sourceUnavailable, since: since)
    }
    if record.listed.disabledAt != nil { note(.credentialDisabled) }
    if let since = unreachableSince(credential, assessment) { note(.apiUnavailable, since: since) }
    return conditions
  }

  /// From when it is raised, this stands until the window closes: a new value is no end before it is accepted.
  private func isAwaiting(_ credential: TrackedCredential, _ assessment: Assessment) -> Bool {
    assessment.decision == .awaitSecret
      || credential.stands(.awaitingSecret) && assessment.window?.isOpen(at: now) == true
  }

  private func isExpired(_ credential: TrackedCredential, _ assessment: Assessment) -> Bool {
    guard let expiresAt = assessment.window?.expiresAt, expiresAt <= now else { return false }
    if credential.stands(.expired) { return true }
    return assessment.reviewUntil == nil && now >= buildDate
  }

  /// Since when a credential's updates alone do not reach DX, if that was seen for `alert.after`.
  private func unreachableSince(
    _ credential: TrackedCredential, _ assessment: Assessment
  ) -> WallTime? {
    guard let error = credential.record.lastError, error.kind == .unreachable else { return nil }
    let standing = credential.record.alerts.first { $0.kind == .apiUnavailable }
    let since: WallTime
    if let standing, assessment.isWanted {
      // Another value begins a backoff of its own, but DX is not reachable again for that.
      since = standing.since
    } else if let backoff = credential.record.backoff {
      // What failed while nothing else was answered either speaks against DX, not against the credential.
      since = max(backoff.since, outageEndedAt ?? backoff.since)
      guard error.at - since >= settings.alert.after else { return nil }
    } else {
      return nil
    }
    let isOwn =
      instance.unreachableSince.map { $0 > since } ?? true
      || !outage.isConfirmed && outage.onlyWitness == credential.key
    return isOwn ? since : nil
  }

  private mutating func stand(
    _ condition: Condition, before: StandingAlert?, _ slot: Int, _ assessment: Assessment
  ) -> StandingAlert {
    let (alert, phase) = stand(condition, before: before)
    guard let phase else { return alert }
    let announcement = Wording.alert(
      alert, phase, credentials[slot], assessment, now: now)
    tell(phase, alert, announcement, credentialCount: 1)
    return alert
  }

  /// How an alert stands now, and what is to be said of it, if anything.
  func stand(
    _ condition: Condition, before: StandingAlert?
  ) -> (StandingAlert, AlertNotice.Phase?) {
    guard var alert = before else {
      let alert = StandingAlert(
        kind: condition.kind, severity: condition.severity, since: condition.since, saidAt: now)
      return (alert, .raised)
    }
    let isWorse = condition.severity > alert.severity
    alert.severity = condition.severity
    if isWorse || alert.saidAt + settings.alert.repeatInterval <= now {
      alert.saidAt = now
      return (alert, isWorse ? .escalated : .repeated)
    }
    return (alert, nil)
  }

  mutating func tell(
    _ phase: AlertNotice.Phase, _ alert: StandingAlert, _ announcement: Announcement,
    credentialCount: Int, isAnnounced: Bool = true
  ) {
    if isAnnounced { announce(announcement) }
    emit(
      .alert(
        AlertNotice(
          phase: phase, alert: alert, announcement: announcement, credentialCount: credentialCount))
    )
  }

  private mutating func end(
    _ alert: StandingAlert, _ slot: Int, supersededBy conditions: [Condition]
  ) {
    let subject = credentials[slot].subject
    if let worse = successor(of: alert.kind), conditions.contains(where: { $0.kind == worse }) {
      // The same trouble under a worse name: the channels drop the old name, the journal has the new one.
      let announcement = Wording.superseded(alert, by: worse, subject)
      return tell(.resolved, alert, announcement, credentialCount: 1, isAnnounced: false)
    }
    let announcement = Wording.resolved(
      alert, subject, isWatched: credentials[slot].isEnabled, now: now)
    // A rotation, or a source that is back, was said in its own words.
    let isSaid = !Wording.needsResolvedLine(alert.kind) && wasRecoverySaid(of: subject)
    tell(.resolved, alert, announcement, credentialCount: 1, isAnnounced: !isSaid)
  }

  private func successor(of kind: AlertKind) -> AlertKind? {
    switch kind {
    case .awaitingSecret: .expired
    case .rotationHeld: .credentialMissing
    case .credentialMissing, .expired, .credentialDisabled, .keyExpiring, .apiUnauthorized,
      .apiUnavailable, .sourceUnavailable, .clusterUnavailable:
      nil
    }
  }

  private func wasRecoverySaid(of subject: Announcement.Subject) -> Bool {
    effects.contains { effect in
      guard case .announce(let said) = effect, said.subject == subject else { return false }
      return said.event == .rotated || said.event == .sourceRecovered
    }
  }

  /// Every alert that stands, as a repetition of it: what a channel needs that has to be told again and again.
  ///
  /// Costs time proportional to the number of credentials while one stands, and none otherwise.
  public func standingAlerts(at now: WallTime) -> [AlertNotice] {
    let ofInstance = instance.alerts.map { alert in
      AlertNotice(
        phase: .repeated, alert: alert, announcement: instanceWording(alert, .repeated, now: now),
        credentialCount: tally.watched)
    }
    guard tally.needingAttention > 0 else { return ofInstance }
    return ofInstance
      + credentials.indices.flatMap { slot in
        let credential = credentials[slot]
        return credential.record.alerts.map { alert in
          AlertNotice(
            phase: .repeated, alert: alert,
            announcement: Wording.alert(
              alert, .repeated, credential, assessment(of: slot), now: now),
            credentialCount: 1)
        }
      }
  }
}

extension TrackedCredential {
  /// Whether the source was read since the start, with whatever result.
  fileprivate var isRead: Bool {
    reading != nil || record.source.failure != nil && source.failures > 0
  }

  fileprivate func stands(_ kind: AlertKind) -> Bool {
    record.alerts.contains { $0.kind == kind }
  }
}
