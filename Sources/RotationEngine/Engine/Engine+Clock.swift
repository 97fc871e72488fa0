// Rule 13: a clock that was wrong costs one span, however far off it was.

extension Engine {
  /// The wall clock went back while time went on: every stored time is looked at anew.
  mutating func noticeClockJump() {
    guard let last = lastMoment else { return }
    let wallStep = moment.wall - last.wall
    let steadyStep = moment.steady - last.steady
    guard steadyStep - wallStep > .seconds(2) else { return }
    distrustTheFuture()
    for slot in credentials.indices { reassess(slot) }
    scheduleAPIKey()
    reassessInstance()
  }

  /// Draws every time anew that is further ahead than its own span.
  mutating func distrustTheFuture() {
    for slot in credentials.indices {
      credentials[slot].source.clamp(to: settings.api.pollInterval, from: now)
      var record = credentials[slot].record
      distrustWaits(of: &record)
      distrustFacts(of: &record, credentials[slot].settings.policy)
      guard record != credentials[slot].record else { continue }
      credentials[slot].record = record
      changed.insert(slot)
    }
    distrustTheFutureOfTheInstance()
  }

  private mutating func distrustWaits(of record: inout CredentialRecord) {
    let longest = now + settings.retry.max
    if let known = record.backoff, known.nextAt > longest {
      record.backoff?.nextAt = now + backoff.wait(afterFailures: known.failures, draw: &draw)
    }
    for index in record.refusals.indices {
      let refusal = record.refusals[index]
      guard let next = refusal.nextAt else { continue }
      if refusal.isHeld, case .every(let span) = settings.retry.hold {
        record.refusals[index].nextAt = min(next, now + span)
      } else if !refusal.isHeld, next > longest {
        record.refusals[index].nextAt =
          now + backoff.wait(afterFailures: refusal.attempts, draw: &draw)
      }
    }
  }

  /// What has happened did not happen later than now.
  private func distrustFacts(of record: inout CredentialRecord, _ policy: Policy) {
    record.recentSends.removeAll { $0 > now }
    record.alerts = record.alerts.map(distrusted)
    record.source.failingSince = record.source.failingSince.map { min($0, now) }
    if let since = record.backoff?.since { record.backoff?.since = min(since, now) }
    if let accepted = record.accepted, accepted.at > now {
      record.accepted?.at = now
      // It was a wrong clock that called this date the one of the value before (rule 4).
      if let date = accepted.supersededDate, date - policy.rotateBefore > now {
        record.accepted?.supersededDate = nil
      }
    }
    record.listed.at = record.listed.at.map { min($0, now) }
  }

  private func distrusted(_ alert: StandingAlert) -> StandingAlert {
    var alert = alert
    alert.saidAt = min(alert.saidAt, now)
    alert.since = min(alert.since, now)
    return alert
  }

  private mutating func distrustTheFutureOfTheInstance() {
    apiKey.clamp(to: settings.api.pollInterval, from: now)
    if let throttle = instance.throttle, throttle.nextAt > now + Self.longestThrottle {
      let next = now + backoff.wait(afterFailures: throttle.failures, draw: &draw)
      instance.throttle?.nextAt = next
    }
    if let probe = instance.probe, probe.nextAt > now + settings.retry.max {
      let next = now + backoff.wait(afterFailures: probe.failures, draw: &draw)
      instance.probe?.nextAt = next
    }
    instance.alerts = instance.alerts.map(distrusted)
    instance.summarySaidAt = instance.summarySaidAt.map { min($0, now) }
    instance.unauthorizedSince = instance.unauthorizedSince.map { min($0, now) }
    instance.unreachableSince = instance.unreachableSince.map { min($0, now) }
    instance.keyFailingSince = instance.keyFailingSince.map { min($0, now) }
    let interval = effectivePollInterval
    for id in connections.keys.sorted() {
      guard let next = connections[id]?.nextListAt, next > now + interval else { continue }
      setNextList(now + interval, for: id)
    }
  }
}
