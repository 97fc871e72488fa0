/// What the rules of contract section 4 say of one credential at one time.
///
/// A pure function of what is known: an ordered list of small checks, the first that speaks decides.
struct Assessment: Hashable {
  /// What should be done.
  enum Decision: Hashable {
    /// Nothing; look again at `next`.
    case watch
    /// Wait for a person or a provider to put a new secret into the source (rule 2).
    case awaitSecret
    /// Send what the source holds.
    case send(Attempt.Reason)
    /// It should be sent, but not before this time (rules 6 and 7); nil: not before something changes.
    case retry(at: WallTime?, Attempt.Reason)
    /// It was refused and is held (rules 6 and 9); the time it is tried again, if it is.
    case hold(until: WallTime?)
  }

  var decision: Decision
  var window: ExpirationWindow?
  /// How often the value in the source was sent and not accepted.
  var attempts: Int
  /// Set while DX's date is being read again after an accepted push: until then, or until this time, nobody is
  /// told that the old date is near.
  var reviewUntil: WallTime?

  static let reviewSpan = TimeSpan.minutes(5)

  init(
    settings: CredentialSettings, retry: RetryPolicy, record: CredentialRecord, reading: Reading?,
    now: WallTime
  ) {
    let policy = settings.policy
    window = ExpirationWindow(policy: policy, record: record, reading: reading)
    let refusal = reading.flatMap { reading in
      record.refusals.first { $0.fingerprint == reading.fingerprint }
    }
    attempts = refusal?.attempts ?? 0
    reviewUntil = Self.reviewUntil(policy: policy, record: record, now: now)
    guard policy.enabled, let reading else {
      decision = .watch
      return
    }
    guard
      let reason = Self.reasonToSend(
        policy: policy, record: record, reading: reading, window: window, now: now)
    else {
      let holdsAccepted = record.accepted?.fingerprint == reading.fingerprint
      let isDue = holdsAccepted && window?.isOpen(at: now) == true
      decision = isDue && reviewUntil == nil ? .awaitSecret : .watch
      return
    }
    decision = Self.timed(reason, refusal: refusal, record: record, retry: retry, now: now)
  }

  /// Rules 1 and 3, and `first_seen`: why the value in the source should be sent, if it should.
  private static func reasonToSend(
    policy: Policy, record: CredentialRecord, reading: Reading, window: ExpirationWindow?,
    now: WallTime
  ) -> Attempt.Reason? {
    let isOpen = window?.isOpen(at: now) ?? false
    guard let accepted = record.accepted else { return nil }
    if accepted.fingerprint != reading.fingerprint {
      switch policy.onChange {
      case .push: return .changed
      case .wait: return window == nil || isOpen ? .changed : nil
      }
    }
    switch accepted.origin {
    case .found: return isOpen ? .firstInWindow : .firstSeen
    case .vouched: return .requested
    case .adopted: return isOpen ? .firstInWindow : nil
    case .pushed, .pushedFresh: return nil
    }
  }

  private static func reviewUntil(
    policy: Policy, record: CredentialRecord, now: WallTime
  ) -> WallTime? {
    guard policy.expiration == .dx, let accepted = record.accepted,
      accepted.origin == .pushed || accepted.origin == .pushedFresh,
      record.listed.at.map({ $0 < accepted.at }) ?? true
    else { return nil }
    let end = accepted.at + reviewSpan
    return now < end ? end : nil
  }

  /// Rules 6, 7 and 9: when a value that should be sent may be.
  private static func timed(
    _ reason: Attempt.Reason, refusal: Refusal?, record: CredentialRecord, retry: RetryPolicy,
    now: WallTime
  ) -> Decision {
    if record.listed.missingSince != nil { return .hold(until: nil) }
    if let refusal, refusal.isHeld {
      guard let next = refusal.nextAt, next <= now else { return .hold(until: refusal.nextAt) }
      return afterBackoff(.heldRetry, record: record, now: now)
    }
    if let refusal {
      guard let next = refusal.nextAt, next <= now else {
        return .retry(at: refusal.nextAt, reason)
      }
      let again: Attempt.Reason = refusal.cause == .interrupted ? .interrupted : .retry
      return afterBackoff(again, record: record, now: now)
    }
    if let earliest = flappingUntil(record: record, retry: retry, now: now), earliest > now {
      return .retry(at: earliest, reason)
    }
    return afterBackoff(reason, record: record, now: now)
  }

  private static func afterBackoff(
    _ reason: Attempt.Reason, record: CredentialRecord, now: WallTime
  ) -> Decision {
    guard let backoff = record.backoff else { return .send(reason) }
    return backoff.nextAt <= now ? .send(.retry) : .retry(at: backoff.nextAt, reason)
  }

  static let flappingSends = 6
  static let flappingSpan = TimeSpan.minutes(10)

  /// Rule 6: beyond 6 sends in ten minutes a new value waits as a retry would.
  private static func flappingUntil(
    record: CredentialRecord, retry: RetryPolicy, now: WallTime
  ) -> WallTime? {
    let recent = record.recentSends.filter { $0 > now - flappingSpan && $0 <= now }
    guard recent.count >= flappingSends, let last = recent.first else { return nil }
    return last + Backoff(policy: retry).step(afterFailures: recent.count - flappingSends + 1)
  }

  /// The severity of an unsolved problem at this time.
  func severity(at now: WallTime) -> Severity {
    window.map { $0.criticalAt <= now } ?? false ? .critical : .warning
  }
}
