// Reading the credentials' sources, and what a first reading means.

extension Engine {
  mutating func touched(_ key: CredentialKey) {
    guard let slot = slots[key], credentials[slot].isEnabled else { return }
    credentials[slot].source.touched(moment)
    reassess(slot)
  }

  /// Has a source read now, unless a reader is at work on it already.
  mutating func read(_ slot: Int, forSend: Bool = false) {
    guard !credentials[slot].source.isReading else { return }
    credentials[slot].source.started(moment)
    effects.append(.readSource(credentials[slot].key, forSend: forSend))
  }

  mutating func sourceRead(_ key: CredentialKey, _ result: Result<Reading, SourceFailure>) {
    guard let slot = slots[key] else { return }
    let wasPreparing = credentials[slot].phase == .preparing
    if wasPreparing { queue.preparing -= 1 }
    let expected = credentials[slot].source.reading?.fingerprint
    let outcome = credentials[slot].source.ended(
      result, known: credentials[slot].record.accepted?.fingerprint, moment: moment)
    switch outcome {
    case .settled(let reading):
      sourceSettled(slot, reading)
      if wasPreparing { prepared(slot, isSame: reading.fingerprint == expected) }
      answerRequest(slot, reading)
    case .unsettled:
      if wasPreparing { notPrepared(slot, wasRead: (try? result.get()) != nil) }
    case .failed(let failure):
      if wasPreparing { notPrepared(slot, wasRead: false) }
      sourceFailed(slot, failure)
    }
    reassess(slot)
  }

  private mutating func sourceSettled(_ slot: Int, _ reading: Reading) {
    if let since = credentials[slot].record.source.failingSince {
      credentials[slot].record.source.failingSince = nil
      credentials[slot].record.source.failure = nil
      announce(Wording.sourceRecovered(credentials[slot].subject, failedFor: now - since))
      changed.insert(slot)
    }
    if credentials[slot].record.source.fingerprint != reading.fingerprint {
      credentials[slot].record.source.fingerprint = reading.fingerprint
      changed.insert(slot)
    }
    firstReading(slot, reading)
    // A dated source can be put right while the secret stays: the date is still that of the accepted value.
    if let accepted = credentials[slot].record.accepted,
      accepted.fingerprint == reading.fingerprint, accepted.expiration != reading.expiration,
      credentials[slot].settings.policy.expiration.comesWithValue
    {
      credentials[slot].record.accepted?.expiration = reading.expiration
      changed.insert(slot)
    }
    if mode == .daemon {
      credentials[slot].source.readNoLater(than: now + settings.api.pollInterval)
    }
  }

  /// `first_seen`, and rule 3: a credential with no history is adopted, unless it is due or to be pushed.
  private mutating func firstReading(_ slot: Int, _ reading: Reading) {
    guard credentials[slot].record.accepted == nil else { return }
    let policy = credentials[slot].settings.policy
    let window = ExpirationWindow(
      policy: policy, record: credentials[slot].record, reading: reading)
    let isDue = window?.isOpen(at: now) ?? false
    let isAsked = credentials[slot].request.map { !$0.dryRun } ?? false
    let origin: AcceptedValue.Origin =
      isDue || isAsked || policy.firstSeen == .push ? .found : .adopted
    // A pass that only looks leaves no trace of itself.
    if credentials[slot].request?.dryRun == true, mode == .onePass { return }
    credentials[slot].record.firstReadAt = now
    credentials[slot].record.accepted = AcceptedValue(
      fingerprint: reading.fingerprint, at: now, origin: origin, expiration: reading.expiration,
      listedDate: credentials[slot].record.listed.expiration)
    changed.insert(slot)
    if origin == .adopted {
      announce(Wording.adopted(credentials[slot].subject, expiresAt: window?.expiresAt))
    }
  }

  private mutating func sourceFailed(_ slot: Int, _ failure: SourceFailure) {
    let isNew = credentials[slot].record.source.failingSince == nil
    if isNew { credentials[slot].record.source.failingSince = now }
    if credentials[slot].record.source.failure != failure {
      credentials[slot].record.source.failure = failure
      changed.insert(slot)
    }
    if isNew { announce(Wording.sourceUnavailable(credentials[slot].subject, failure)) }
    if let request = credentials[slot].request {
      credentials[slot].request = nil
      answer(request, slot, .sourceUnavailable(failure))
    }
    let wait = backoff.wait(afterFailures: credentials[slot].source.failures, draw: &draw)
    credentials[slot].source.readNoLater(than: now + min(wait, settings.api.pollInterval))
  }

  mutating func credentialDue(_ slot: Int) {
    if let time = credentials[slot].source.nextReadAt, time <= now, credentials[slot].isEnabled,
      !isStopping
    {
      read(slot)
    }
    reassess(slot)
  }
}
