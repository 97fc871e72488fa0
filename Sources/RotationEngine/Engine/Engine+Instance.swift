// What concerns the DX instance as a whole: its alerts, the API key's date, the daily summary.

extension Engine {
  /// Brings the instance's alerts in line, says the summary when its time has come, and sets the next deadline.
  mutating func reassessInstance() {
    guard mode == .daemon, !isStopping else { return scheduleInstance([]) }
    instance.keyExpiresAt = apiKeyExpiresAt
    var next: [WallTime?] = [instance.unauthorizedSince == nil ? nil : instance.probe?.nextAt]
    next += updateInstanceAlerts()
    next.append(summaryTime())
    scheduleInstance(next)
  }

  private mutating func scheduleInstance(_ times: [WallTime?]) {
    let future = times.compactMap { $0 }.filter { $0 > now }.min()
    deadlines.set(isStopping ? nil : future, for: .instance)
  }

  /// When the API key expires, as far as is known: until its source was read after a start, what it said before.
  private var apiKeyExpiresAt: WallTime? {
    switch settings.api.tokenExpiration {
    case .fixed(let date)?: date
    case .source?: apiKey.reading.map(\.expiration) ?? instance.keyExpiresAt
    case nil: nil
    }
  }

  private mutating func updateInstanceAlerts() -> [WallTime?] {
    // With nothing to watch, nothing is behind an alert; but a node that is to have its share of a cluster's, and cannot
    // get it, says so.
    let watches = tally.watched > 0
    guard watches || !settings.elsewhere.isEmpty else { return stand([]) }
    let after = settings.alert.after
    var next: [WallTime?] = []
    var conditions: [Condition] = []
    func note(_ kind: AlertKind, _ severity: Severity, since: WallTime) {
      conditions.append(Condition(kind: kind, severity: severity, since: since))
    }
    if watches, let since = instance.unauthorizedSince {
      note(.apiUnauthorized, .critical, since: since)
    }
    if watches, let since = instance.unreachableSince {
      let isKnown = outage.isConfirmed || instance.alerts.contains { $0.kind == .apiUnavailable }
      if since + after <= now, isKnown {
        note(.apiUnavailable, outage.isCritical ? .critical : .warning, since: since)
      }
      next.append(since + after)
    }
    if let since = instance.keyFailingSince {
      if since + after <= now {
        note(.sourceUnavailable, keyInUse == nil ? .critical : .warning, since: since)
      }
      next.append(since + after)
    }
    if let trouble = clusterTrouble {
      if trouble.since + after <= now {
        note(.clusterUnavailable, .critical, since: trouble.since)
      }
      next.append(trouble.since + after)
    }
    if let expiresAt = instance.keyExpiresAt {
      let warnAt = expiresAt - settings.api.keyRotateBefore
      let criticalAt = expiresAt - settings.api.keyCriticalBefore
      if warnAt <= now, now >= buildDate || expiresAt > now {
        note(.keyExpiring, criticalAt <= now ? .critical : .warning, since: now)
      }
      next += [warnAt, criticalAt, expiresAt]
    }
    return next + stand(conditions)
  }

  /// Raises, escalates, repeats and resolves.
  ///
  /// Returns when each standing alert is repeated.
  private mutating func stand(_ conditions: [Condition]) -> [WallTime?] {
    let before = instance.alerts
    instance.alerts = []
    for condition in conditions {
      let (alert, phase) = stand(condition, before: before.first { $0.kind == condition.kind })
      instance.alerts.append(alert)
      guard let phase else { continue }
      tell(
        phase, alert, instanceWording(alert, phase, now: now), credentialCount: tally.watched)
    }
    for alert in before where !conditions.contains(where: { $0.kind == alert.kind }) {
      // That the key, or DX, is back was said in its own words.
      tell(
        .resolved, alert, Wording.instanceResolved(alert, now: now),
        credentialCount: tally.watched, isAnnounced: alert.kind == .keyExpiring)
    }
    return instance.alerts.map { $0.saidAt + settings.alert.repeatInterval }
  }

  func instanceWording(
    _ alert: StandingAlert, _ phase: AlertNotice.Phase, now: WallTime
  ) -> Announcement {
    let reason =
      switch alert.kind {
      case .sourceUnavailable: keyFailure?.message
      case .clusterUnavailable: clusterTrouble?.reason
      default: outage.reason
      }
    let said: LastError? =
      switch alert.kind {
      case .apiUnauthorized: keyRefusal
      case .apiUnavailable:
        LastError(
          at: now, kind: .unreachable, error: outage.reason, httpStatus: outage.httpStatus)
      default: nil
      }
    return Wording.instanceAlert(
      alert, phase, reason: reason ?? "", answer: said, expiresAt: instance.keyExpiresAt,
      watched: tally.watched, nextAt: instance.probe?.nextAt, now: now)
  }

  /// Once a day.
  ///
  /// Returns when the next summary is due.
  private mutating func summaryTime() -> WallTime? {
    guard let said = instance.summarySaidAt else { return nil }
    let day = TimeSpan.days(1)
    guard said + day <= now else { return said + day }
    instance.summarySaidAt = now
    announce(Wording.summary(statusLine(at: now)))
    return now + day
  }

  /// What is watched, what is next and when, and what needs a person: one line, for STATUS= and the summary.
  public func statusLine(at now: WallTime) -> String {
    var parts = ["watching \(tally.watched) credential\(tally.watched == 1 ? "" : "s")"]
    if !settings.elsewhere.isEmpty { parts.append("\(settings.elsewhere.count) on other nodes") }
    if let next = actions.first {
      let name = credentials[next.target].settings.name
      parts.append("next \(name) \(next.deadline <= now ? "now" : "at \(next.deadline)")")
    }
    if let trouble = clusterTrouble {
      parts.append("the cluster's etcd unavailable since \(trouble.since)")
    }
    if instance.unauthorizedSince != nil {
      parts.append("DX refuses the API key")
    } else if instance.keyFailingSince != nil {
      parts.append("the API key cannot be read")
    } else if let since = instance.unreachableSince {
      parts.append("DX unreachable since \(since)")
    } else if let throttle = instance.throttle, throttle.nextAt > now {
      parts.append("DX asked to wait until \(throttle.nextAt)")
    }
    if effectivePollInterval > settings.api.pollInterval {
      parts.append("dates read every \(effectivePollInterval) (half the request budget)")
    }
    let people = tally.needingAttention + instance.alerts.count
    parts.append(
      people == 0 ? "nothing needs a person" : "\(people) need\(people == 1 ? "s" : "") a person")
    return parts.joined(separator: "; ")
  }
}
