// The API as a whole: its key, its reachability, its limits (rules 7 and 8).

extension Engine {
  mutating func readAPIKey() {
    guard !apiKey.isReading, !isStopping else { return }
    apiKey.started(moment)
    emit(.readAPIKey)
  }

  mutating func scheduleAPIKey() {
    deadlines.set(isStopping ? nil : apiKey.nextReadAt, for: .apiKey)
  }

  mutating func apiKeyDue() {
    if let time = apiKey.nextReadAt, time <= now { readAPIKey() }
    scheduleAPIKey()
  }

  mutating func apiKeyRead(_ result: Result<Reading, SourceFailure>) {
    if isKeyReadingStray {
      // It came from a source that is not configured any more.
      isKeyReadingStray = false
      readAPIKey()
      return
    }
    switch apiKey.ended(result, known: keyInUse?.fingerprint, moment: moment) {
    case .unsettled: break
    case .settled(let reading): apiKeySettled(reading)
    case .failed(let failure): apiKeyFailed(failure)
    }
    scheduleAPIKey()
    reassessInstance()
  }

  private mutating func apiKeySettled(_ reading: Reading) {
    if keyInUse?.fingerprint != reading.fingerprint {
      keyInUse = (reading.fingerprint, since: moment.steady)
      emit(.useAPIKey(reading.fingerprint))
    }
    keyFailure = nil
    if let since = instance.keyFailingSince {
      instance.keyFailingSince = nil
      announce(Wording.apiKeyRecovered(failedFor: now - since))
    }
    if mode == .daemon { apiKey.readNoLater(than: now + settings.api.pollInterval) }
    if instance.unauthorizedSince != nil, instance.refusedKey != reading.fingerprint {
      // A key that replaces a refused one is tried at once.
      instance.refusedKey = nil
      instance.probe?.nextAt = now
    }
  }

  private mutating func apiKeyFailed(_ failure: SourceFailure) {
    keyFailure = failure
    // A command cannot read all that the service can: its trouble is the person's who ran it, and is not kept.
    if mode == .daemon, instance.keyFailingSince == nil {
      instance.keyFailingSince = now
      announce(Wording.apiKeyUnavailable(failure, isEarlierInUse: keyInUse != nil))
    }
    let wait = backoff.wait(afterFailures: apiKey.failures, draw: &draw)
    apiKey.readNoLater(than: now + min(wait, settings.api.pollInterval))
    if keyInUse == nil { answerRequests(.sourceUnavailable(failure)) }
  }

  /// Rule 8: whether DX has refused the key.
  ///
  /// A command tries a key that was refused in an earlier process.
  var isUnauthorized: Bool {
    instance.unauthorizedSince != nil && !isKeyOnTrial && (mode == .daemon || wasRefusedHere)
  }

  /// Rule 8: DX refused the key.
  ///
  /// Everything stops but a probe.
  mutating func unauthorized(_ said: Verdict.LabelledError, isProbe: Bool) {
    keyRefusal = LastError(.unauthorized(said), at: now)
    let isNew = instance.unauthorizedSince == nil
    let since = instance.unauthorizedSince ?? now
    instance.unauthorizedSince = since
    wasRefusedHere = true
    if isNew || isProbe || isKeyOnTrial || instance.probe == nil {
      let failures = (instance.probe?.failures ?? 0) + 1
      instance.probe = BackoffState(
        since: since, failures: failures,
        nextAt: now + backoff.wait(afterFailures: failures, draw: &draw))
    }
    isKeyOnTrial = false
    instance.refusedKey = keyInUse?.fingerprint
    readAPIKey()
    scheduleAPIKey()
    reassessInstance()
  }

  /// DX lists with the key again, and whatever waited for that goes on.
  ///
  /// A key that may list may still be one that may not update: while something is to be sent, only an answer to that
  /// ends the alert and its backoff.
  private mutating func listedWithRefusedKey() {
    isKeyOnTrial = true
    endIdleTrial()
  }

  /// With nothing to send, that DX lists is all that can be known of the key.
  mutating func endIdleTrial() {
    guard isKeyOnTrial, !connections.values.contains(where: { $0.busyCount > 0 }) else { return }
    authorized()
  }

  /// DX takes the key.
  mutating func authorized() {
    guard let since = instance.unauthorizedSince else { return }
    announce(Wording.apiKeyAccepted(refusedFor: now - since))
    instance.unauthorizedSince = nil
    isKeyOnTrial = false
    instance.probe = nil
    instance.refusedKey = nil
    reassessInstance()
  }

  /// Sends the probe that is due, if one is.
  mutating func probe() {
    guard mode == .daemon, isUnauthorized, probing == nil, !isStopping, !isThrottled,
      keyInUse != nil, let next = instance.probe?.nextAt, next <= now,
      budget.inFlight < settings.api.concurrency, budget.allows(at: moment.steady),
      let id = connections.keys.filter({ connections[$0]?.isListing == false }).min()
    else { return }
    probing = id
    ask(list: id)
  }

  /// What the list that tried the key says of it.
  mutating func probeEnded(_ verdict: Verdict) {
    probing = nil
    switch verdict {
    case .unauthorized(let said): unauthorized(said, isProbe: true)
    case .throttled: break
    case .unreachable:
      let failures = (instance.probe?.failures ?? 0) + 1
      instance.probe?.failures = failures
      let next = now + backoff.wait(afterFailures: failures, draw: &draw)
      instance.probe?.nextAt = next
      reassessInstance()
    case .accepted, .refused, .notFound: listedWithRefusedKey()
    }
  }

  var isThrottled: Bool { instance.throttle.map { $0.nextAt > now } ?? false }

  /// Rule 7: DX asked to slow down; nobody's fault.
  mutating func throttled(_ retryAfter: Answer.RetryAfter?) {
    let failures = (instance.throttle?.failures ?? 0) + 1
    let wait: TimeSpan =
      switch retryAfter {
      case .after(let span)?: span
      case .at(let date)?: date - now
      case nil: backoff.wait(afterFailures: failures, draw: &draw)
      }
    // Never less than a second: a server that says 0 is still asking to slow down.
    let until = now + min(Self.longestThrottle, max(.seconds(1), wait))
    instance.throttle = BackoffState(
      since: instance.throttle?.since ?? now, failures: failures,
      nextAt: max(until, instance.throttle?.nextAt ?? until))
    tally.throttled += 1
  }

  /// `Retry-After` is obeyed up to this (rule 7).
  static let longestThrottle = TimeSpan.hours(1)

  /// Keeps book of whether DX answers at all; `key`: whose update it was, nil for a question.
  mutating func noticeReachability(_ verdict: Verdict, of key: CredentialKey?) {
    if case .unreachable(let why, let status) = verdict {
      if instance.unreachableSince == nil { instance.unreachableSince = now }
      outage.witness(key, why, httpStatus: status)
      // A send that failed has a line of its own already.
      if key == nil, !outage.isSaid {
        outage.isSaid = true
        announce(Wording.apiUnavailable(why, httpStatus: status))
      }
      return reassessInstance()
    }
    if case .throttled = verdict {} else if !isThrottled { instance.throttle = nil }
    guard let since = instance.unreachableSince else { return }
    instance.unreachableSince = nil
    let wasLong = instance.alerts.contains { $0.kind == .apiUnavailable }
    if outage.isSaid || wasLong { announce(Wording.apiRecovered(unreachableFor: now - since)) }
    outage = Outage()
    if wasLong { outageEndedAt = now }
    reassessInstance()
    if wasLong { retrySoon() }
  }

  /// After an outage nobody waits out a backoff that grew during it.
  private mutating func retrySoon() {
    for slot in credentials.indices {
      guard let next = credentials[slot].record.backoff?.nextAt else { continue }
      let soon = now + settings.retry.initial * draw.fraction()
      // What failed with everything else is no trouble of this credential's own.
      credentials[slot].record.backoff?.since = now
      credentials[slot].record.backoff?.nextAt = min(soon, next)
      changed.insert(slot)
      reassess(slot)
    }
    for id in connections.keys.sorted() where connections[id]?.failures != 0 { wantList(id) }
  }
}
