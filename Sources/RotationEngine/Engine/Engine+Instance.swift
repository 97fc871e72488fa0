// What concerns the DX instance as a whole: its alerts, the API key's date, the daily summary.

extension Engine {
  /// Brings the instance's alerts in line, says the summary when its time has come, and sets the next deadline.
  mutating func reassessInstance() {
    guard mode == .daemon else { return scheduleInstance([]) }
    var next: [WallTime?] = [instance.unauthorizedSince == nil ? nil : instance.probe?.nextAt]
    next += updateInstanceAlerts()
    next.append(summaryTime())
    scheduleInstance(next)
  }

  private mutating func scheduleInstance(_ times: [WallTime?]) {
    let future = times.compactMap { $0 }.filter { $0 > now }.min()
    deadlines.set(isStopping ? nil : future, for: .instance)
  }

  /// When the API key expires, as far as is known.
  var apiKeyExpiresAt: WallTime? {
    switch settings.api.tokenExpiration {
    case .fixed(let date)?: date
    case .source?: apiKey.reading?.expiration
    case nil: nil
    }
  }

  private mutating func updateInstanceAlerts() -> [WallTime?] {
    let api = settings.api
    let after = settings.alert.after
    var next: [WallTime?] = []
    let severity: Severity = isInstanceCritical ? .critical : .warning
    var wanted: [(AlertKind, Severity)] = []
    if instance.unauthorizedSince != nil { wanted.append((.apiUnauthorized, .critical)) }
    if let since = instance.unreachableSince {
      if since + after <= now { wanted.append((.apiUnavailable, severity)) }
      next.append(since + after)
    } else {
      isInstanceCritical = false
    }
    if let since = instance.keyFailingSince {
      if since + after <= now { wanted.append((.sourceUnavailable, .critical)) }
      next.append(since + after)
    }
    if let expiresAt = apiKeyExpiresAt {
      let warnAt = expiresAt - api.keyRotateBefore
      let criticalAt = expiresAt - api.keyCriticalBefore
      if warnAt <= now, now >= buildDate || expiresAt > now {
        wanted.append((.keyExpiring, criticalAt <= now ? .critical : .warning))
      }
      next += [warnAt, criticalAt, expiresAt]
    }
    next += stand(wanted).map { $0 + settings.alert.repeatInterval }
    return next
  }

  /// Raises, escalates, repeats and resolves.
  ///
  /// Returns when each standing alert was last said.
  private mutating func stand(_ wanted: [(kind: AlertKind, severity: Severity)]) -> [WallTime] {
    var standing: [StandingAlert] = []
    for (kind, severity) in wanted {
      let before = instance.alerts.first { $0.kind == kind }
      var alert = before ?? StandingAlert(kind: kind, severity: severity, since: now, saidAt: now)
      var phase: AlertNotice.Phase?
      if before == nil {
        phase = .raised
      } else if severity > alert.severity {
        phase = .escalated
      } else if alert.saidAt + settings.alert.repeatInterval <= now {
        phase = .repeated
      }
      alert.severity = severity
      if let phase {
        alert.saidAt = now
        tell(phase, alert, instanceWording(alert, phase), credentialCount: tally.watched)
      }
      standing.append(alert)
    }
    for alert in instance.alerts where !standing.contains(where: { $0.kind == alert.kind }) {
      effects.append(
        .alert(
          AlertNotice(
            phase: .resolved, alert: alert,
            announcement: Wording.instanceResolved(alert, now: now),
            credentialCount: tally.watched)))
      if alert.kind == .keyExpiring { announce(Wording.instanceResolved(alert, now: now)) }
    }
    instance.alerts = standing
    return standing.map(\.saidAt)
  }

  private func instanceWording(
    _ alert: StandingAlert, _ phase: AlertNotice.Phase
  ) -> Announcement {
    Wording.instanceAlert(
      alert, phase, reason: unreachableReason, expiresAt: apiKeyExpiresAt,
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
    if let next = actions.first {
      let name = credentials[next.target].settings.name
      parts.append("next \(name) \(next.deadline <= now ? "now" : "at \(next.deadline)")")
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
