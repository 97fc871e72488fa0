// What the end of a send changes in a credential's record (rules 4, 6, 7 and 11).

extension TrackedCredential {
  static let keptRefusals = 16
  static let keptSends = 12

  /// DX accepted what was sent.
  mutating func accept(_ sending: Sending, now: WallTime) {
    let attempt = sending.attempt
    let before = record.accepted
    let isSame = before?.fingerprint == attempt.fingerprint
    let isFresh = !isSame || isFreshIfSame(before?.origin, attempt.reason)
    let isKnownFresh = isSame && before?.origin == .pushedFresh
    let listed = record.listed.expiration
    record.accepted = AcceptedValue(
      fingerprint: attempt.fingerprint, at: now, origin: isFresh ? .pushedFresh : .pushed,
      expiration: sending.expiration,
      supersededDate: isFresh && !isKnownFresh
        ? supersededDate(now: now) : before?.supersededDate,
      listedDate: isKnownFresh ? before?.listedDate : listed)
    record.accepted?.former = isSame ? before?.former : before?.fingerprint
    record.refusals.removeAll { $0.fingerprint == attempt.fingerprint }
    record.backoff = nil
    record.lastError = nil
    record.listed.missingSince = nil
    wasAnswerLost = false
  }

  /// Rule 4: a value that was there at the first reading is fresh only if a person ran `rotate`.
  private func isFreshIfSame(_ origin: AcceptedValue.Origin?, _ reason: Attempt.Reason) -> Bool {
    switch origin {
    case .vouched, .pushedFresh, nil: true
    case .pushed, .adopted, .found: reason == .forced || reason == .requested
    }
  }

  /// Rule 4: DX's date belongs to the value before if it lies inside the window when a fresh value is accepted.
  private func supersededDate(now: WallTime) -> WallTime? {
    guard settings.policy.expiration == .dx, let date = record.listed.expiration else { return nil }
    if record.accepted?.supersededDate == date { return date }
    let window = ExpirationWindow(policy: settings.policy, record: record, reading: nil)
    return window?.isOpen(at: now) == true ? date : nil
  }

  /// Notes a value that was sent and not accepted: it is retried, or held.
  ///
  /// Returns when it is sent again.
  mutating func refuse(
    _ attempt: Attempt, _ cause: Refusal.Cause, at time: WallTime, retry: RetryPolicy,
    now: WallTime, draw: inout Draw
  ) -> WallTime? {
    let earlier = record.refusals.first { $0.fingerprint == attempt.fingerprint }
    let attempts = (earlier?.attempts ?? 0) + 1
    let isHeld =
      switch cause {
      case .duplicate, .notFound: true
      case .verification, .invalidCredentials, .interrupted: attempts >= retry.verificationAttempts
      }
    // That a try was cut off says nothing against what was known of the value: it could still lock an account.
    let isLocking = earlier?.cause == .invalidCredentials && cause == .interrupted
    let known = isLocking ? .invalidCredentials : cause
    let nextAt: WallTime?
    switch (isHeld, retry.hold) {
    case (true, .every(let span)) where known != .invalidCredentials: nextAt = now + span
    case (true, _): nextAt = nil
    case (false, _) where cause == .interrupted: nextAt = now
    case (false, _):
      nextAt = now + Backoff(policy: retry).wait(afterFailures: attempts, draw: &draw)
    }
    let refusal = Refusal(
      fingerprint: attempt.fingerprint, attempts: attempts, lastAt: time, cause: known,
      nextAt: nextAt, isHeld: isHeld)
    let others = record.refusals.filter { $0.fingerprint != attempt.fingerprint }
    record.refusals = [refusal] + others.prefix(Self.keptRefusals - 1)
    record.backoff = nil
    return nextAt
  }

  /// DX may have taken what was sent, whatever it had before.
  mutating func answerWasLost(to attempt: Attempt) {
    wasAnswerLost = true
    if record.accepted?.fingerprint != attempt.fingerprint { record.accepted?.isInDoubt = true }
  }

  /// DX has these secrets already: where they are those it accepted last, nothing took their place.
  mutating func confirm(_ attempt: Attempt) {
    if record.accepted?.fingerprint == attempt.fingerprint { record.accepted?.isInDoubt = false }
  }

  /// A failure that says nothing of the value: the next try is a backoff away.
  ///
  /// Returns when that is.
  @discardableResult
  mutating func wait(retry: RetryPolicy, now: WallTime, draw: inout Draw) -> WallTime {
    let failures = (record.backoff?.failures ?? 0) + 1
    let nextAt = now + Backoff(policy: retry).wait(afterFailures: failures, draw: &draw)
    record.backoff = BackoffState(
      since: record.backoff?.since ?? now, failures: failures, nextAt: nextAt)
    return nextAt
  }

  /// Rule 6: a person's request begins anew.
  mutating func startAfresh(with fingerprint: Fingerprint) {
    record.refusals.removeAll { $0.fingerprint == fingerprint }
    record.backoff = nil
  }
}
