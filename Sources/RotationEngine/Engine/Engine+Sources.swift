// Reading the credentials' sources, and what a first reading means.

extension Engine {
  mutating func touched(_ key: CredentialKey) {
    guard let slot = slots[key], credentials[slot].isEnabled else { return }
    credentials[slot].source.touched(moment)
    reassess(slot)
  }

  /// Whether no reader is at work on a source.
  func canRead(_ slot: Int) -> Bool {
    !credentials[slot].source.isReading && !strayReadings.contains(credentials[slot].key)
  }

  /// Has a source read now, unless a reader is at work on it already.
  mutating func read(_ slot: Int, forSend: Bool = false) {
    guard canRead(slot) else { return }
    credentials[slot].source.started(moment)
    emit(.readSource(credentials[slot].key, forSend: forSend))
  }

  mutating func sourceRead(_ key: CredentialKey, _ result: Result<Reading, SourceFailure>) {
    let wasForSend = queue.preparing.remove(key) != nil
    let isStray = strayReadings.remove(key) != nil
    if let slot = slots[key] {
      if isStray {
        // It came from sources that are not configured any more.
        if credentials[slot].isEnabled || credentials[slot].request != nil { read(slot) }
      } else {
        take(result, slot)
      }
      reassess(slot)
    }
    guard wasForSend, case .success = result else { return }
    // What was read for sending is kept by now, and wiped unless it is about to be sent.
    let isReady = slots[key].map { credentials[$0].kept != nil } ?? false
    if !isReady { emit(.discardValues(key)) }
  }

  private mutating func take(_ result: Result<Reading, SourceFailure>, _ slot: Int) {
    let wasPreparing = credentials[slot].phase == .preparing
    let before = credentials[slot].source.reading?.fingerprint
    let outcome = credentials[slot].source.ended(
      judged(result, slot), known: credentials[slot].record.accepted?.fingerprint, moment: moment)
    if let kept = credentials[slot].kept, !outcome.holds(kept) { discard(slot) }
    switch outcome {
    case .settled(let reading):
      sourceSettled(slot, reading)
      if wasPreparing { prepared(slot, reading, isSame: reading.fingerprint == before) }
      decideRequest(slot, reading)
    case .unsettled:
      if wasPreparing { notPrepared(slot) }
    case .failed(let failure):
      if wasPreparing { notPrepared(slot) }
      sourceFailed(slot, failure)
    }
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
      // Rule 6: a new value starts afresh; what was refused before is known by its own fingerprint.
      credentials[slot].record.backoff = nil
      credentials[slot].wasAnswerLost = false
      changed.insert(slot)
    }
    firstReading(slot, reading)
    followDate(slot, reading)
    if mode == .daemon {
      credentials[slot].source.readNoLater(than: now + settings.api.pollInterval)
    }
  }

  /// A dated source can be put right while the secret stays: the date is still that of the accepted value.
  private mutating func followDate(_ slot: Int, _ reading: Reading) {
    guard let accepted = credentials[slot].record.accepted,
      accepted.fingerprint == reading.fingerprint, accepted.expiration != reading.expiration,
      credentials[slot].settings.policy.expiration.comesWithValue
    else { return }
    credentials[slot].record.accepted?.expiration = reading.expiration
    changed.insert(slot)
  }

  /// `first_seen`, and rule 3: a credential with no history is adopted, unless it is due or to be pushed.
  private mutating func firstReading(_ slot: Int, _ reading: Reading) {
    guard credentials[slot].record.accepted == nil else { return }
    if mode == .onePass, credentials[slot].request?.dryRun == true { return }
    let policy = credentials[slot].settings.policy
    let window = ExpirationWindow(
      policy: policy, record: credentials[slot].record, reading: reading)
    let isDue = window?.isOpen(at: now) ?? false
    let isAsked = credentials[slot].request.map { !$0.dryRun } ?? false
    let isPushed = isDue || isAsked || policy.firstSeen == .push
    credentials[slot].record.firstReadAt = now
    credentials[slot].record.accepted = AcceptedValue(
      fingerprint: reading.fingerprint, at: now, origin: isPushed ? .found : .adopted,
      expiration: reading.expiration, listedDate: credentials[slot].record.listed.expiration)
    changed.insert(slot)
    if !isPushed {
      announce(Wording.adopted(credentials[slot].subject, expiresAt: window?.expiresAt))
    }
  }

  private mutating func sourceFailed(_ slot: Int, _ failure: SourceFailure) {
    // A command cannot read all that the service can: its trouble is the person's who ran it, and is not kept.
    guard mode != .onePass else { return answer(slot, .sourceUnavailable(failure)) }
    let isNew = credentials[slot].record.source.failingSince == nil
    if isNew { credentials[slot].record.source.failingSince = now }
    if credentials[slot].record.source.failure != failure {
      credentials[slot].record.source.failure = failure
      changed.insert(slot)
    }
    if isNew { announce(Wording.sourceUnavailable(credentials[slot].subject, failure)) }
    answer(slot, .sourceUnavailable(failure))
    let wait = backoff.wait(afterFailures: credentials[slot].source.failures, draw: &draw)
    credentials[slot].source.readNoLater(than: now + min(wait, settings.api.pollInterval))
  }

  mutating func credentialDue(_ slot: Int) {
    if let time = credentials[slot].source.nextReadAt, time <= now, isFollowed(slot) { read(slot) }
    reassess(slot)
  }

  /// Whether a credential's source is read when its time comes.
  func isFollowed(_ slot: Int) -> Bool {
    guard !isStopping else { return false }
    if credentials[slot].request != nil { return true }
    return credentials[slot].isEnabled && mode != .onePass
  }
}

extension SourceObservation.Outcome {
  fileprivate func holds(_ fingerprint: Fingerprint) -> Bool {
    if case .settled(let reading) = self { reading.fingerprint == fingerprint } else { false }
  }
}
