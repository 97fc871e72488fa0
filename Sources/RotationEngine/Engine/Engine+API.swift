// The API as a whole: its key, its reachability, its limits (rules 7 and 8).

extension Engine {
  mutating func readAPIKey() {
    guard !apiKey.isReading else { return }
    apiKey.started(moment)
    effects.append(.readAPIKey)
  }

  mutating func scheduleAPIKey() {
    deadlines.set(isStopping ? nil : apiKey.nextReadAt, for: .apiKey)
  }

  mutating func apiKeyDue() {
    if let time = apiKey.nextReadAt, time <= now { readAPIKey() }
    scheduleAPIKey()
  }

  mutating func apiKeyRead(_ result: Result<Reading, SourceFailure>) {
    // A key that replaces a refused one is tried without waiting for more than that it holds still.
    switch apiKey.ended(result, known: nil, moment: moment) {
    case .unsettled: break
    case .settled(let reading):
      effects.append(.useAPIKey(reading.fingerprint))
      if let since = instance.keyFailingSince {
        instance.keyFailingSince = nil
        announce(Wording.apiKeyRecovered(failedFor: now - since))
      }
      if mode == .daemon { apiKey.readNoLater(than: now + settings.api.pollInterval) }
      if instance.unauthorizedSince != nil, instance.refusedKey != reading.fingerprint {
        instance.refusedKey = nil
        instance.probe?.nextAt = now
      }
    case .failed(let failure):
      if instance.keyFailingSince == nil {
        instance.keyFailingSince = now
        announce(Wording.apiKeyUnavailable(failure))
      }
      let wait = backoff.wait(afterFailures: apiKey.failures, draw: &draw)
      apiKey.readNoLater(than: now + min(wait, settings.api.pollInterval))
      answerRequests(without: failure)
    }
    scheduleAPIKey()
    reassessInstance()
  }

  /// Rule 8: DX refused the key.
  ///
  /// Everything stops but a probe.
  mutating func unauthorized() {
    let failures = (instance.probe?.failures ?? 0) + 1
    let isNew = instance.unauthorizedSince == nil
    if isNew { instance.unauthorizedSince = now }
    if isNew || isProbing {
      isProbing = false
      instance.probe = BackoffState(
        since: instance.unauthorizedSince ?? now, failures: failures,
        nextAt: now + backoff.wait(afterFailures: failures, draw: &draw))
    }
    instance.refusedKey = apiKey.reading?.fingerprint
    if !apiKey.isReading {
      readAPIKey()
      scheduleAPIKey()
    }
    reassessInstance()
  }

  /// Sends the probe that is due, if one is.
  mutating func probe() {
    guard instance.unauthorizedSince != nil, !isProbing, !isStopping, !isThrottled,
      apiKey.reading != nil, let next = instance.probe?.nextAt, next <= now,
      budget.allows(at: moment.steady), let id = probeConnection
    else { return }
    isProbing = true
    connections[id]?.isListing = true
    budget.start()
    listBudget.start()
    effects.append(.list(connection: id))
  }

  private var probeConnection: Int64? {
    connections.keys.filter { connections[$0]?.isListing == false }.min()
  }

  /// Whether the list that ended was the probe; and if so, what it says.
  mutating func probeEnded(_ verdict: Verdict) -> Bool {
    guard isProbing else { return false }
    switch verdict {
    case .unauthorized: break
    case .throttled: isProbing = false
    case .unreachable:
      isProbing = false
      let failures = (instance.probe?.failures ?? 0) + 1
      instance.probe?.failures = failures
      let next = now + backoff.wait(afterFailures: failures, draw: &draw)
      instance.probe?.nextAt = next
    case .accepted, .refused, .notFound:
      isProbing = false
      announce(Wording.apiKeyAccepted(refusedFor: now - (instance.unauthorizedSince ?? now)))
      instance.unauthorizedSince = nil
      instance.probe = nil
      instance.refusedKey = nil
    }
    reassessInstance()
    return true
  }

  /// Rule 7: DX asked to slow down; nobody's fault.
  mutating func throttled(_ retryAfter: Answer.RetryAfter?) {
    let failures = (instance.throttle?.failures ?? 0) + 1
    let longest = TimeSpan.hours(1)
    let wait: TimeSpan
    switch retryAfter {
    case .after(let span)?: wait = span
    case .at(let date)?: wait = date - now
    case nil: wait = backoff.wait(afterFailures: failures, draw: &draw)
    }
    // Never less than a second: a server that says 0 is still asking to slow down.
    instance.throttle = BackoffState(
      since: instance.throttle?.since ?? now, failures: failures,
      nextAt: now + min(longest, max(.seconds(1), wait)))
    tally.throttled += 1
  }

  /// Keeps book of whether DX answers at all.
  mutating func noticeReachability(_ verdict: Verdict, isQuestion: Bool) {
    if case .unreachable(let why, _) = verdict {
      if instance.unreachableSince == nil { instance.unreachableSince = now }
      unreachableReason = why
      // A send that failed has a line of its own already.
      if isQuestion, !isUnavailableSaid {
        isUnavailableSaid = true
        announce(Wording.apiUnavailable(why, since: instance.unreachableSince ?? now))
      }
      reassessInstance()
      return
    }
    if case .throttled = verdict {
    } else if instance.throttle.map({ $0.nextAt <= now }) ?? false {
      instance.throttle = nil
    }
    guard let since = instance.unreachableSince else { return }
    instance.unreachableSince = nil
    let wasLong = instance.alerts.contains { $0.kind == .apiUnavailable }
    if isUnavailableSaid || wasLong {
      isUnavailableSaid = false
      announce(Wording.apiRecovered(unreachableFor: now - since))
    }
    reassessInstance()
    if wasLong { retrySoon() }
  }

  /// After an outage nobody waits out a backoff that grew during it.
  private mutating func retrySoon() {
    for slot in credentials.indices {
      guard let next = credentials[slot].record.backoff?.nextAt else { continue }
      let soon = now + settings.retry.initial * draw.fraction()
      credentials[slot].record.backoff?.nextAt = min(next, soon)
      changed.insert(slot)
      reassess(slot)
    }
    for (id, connection) in connections where connection.failures > 0 { wantList(id) }
  }
}
