/// What the rules of contract section 4 say of one credential at one time.
///
/// A pure function of what is known: an ordered list of small checks, the first that speaks decides.
struct Assessment: Hashable {
  /// What should be done.
  enum Decision: Hashable {
    /// Nothing, as things are.
    case watch
    /// Wait for a person or a provider to put a new secret into the source (rule 2).
    case awaitSecret
    /// Send what the source holds.
    case send(Attempt.Reason)
    /// It should be sent, but not before this time (rules 6 and 7).
    case retry(at: WallTime, Attempt.Reason)
    /// It was refused and is held (rules 6 and 9); the time it is tried again, if it is.
    case hold(until: WallTime?)
  }

  var decision: Decision
  var window: ExpirationWindow?
  /// How the value in the source fared when it was sent before.
  var refusal: Refusal?
  /// Whether the value in the source should be sent, now or later, or would be if it were not held.
  var isWanted: Bool
  /// Whether a value that should be sent is held (rules 6 and 9), even while its turn to be tried has come.
  var isHeld: Bool
  /// Set while DX's date is being read again after an accepted push: until then, or until this time, nobody is
  /// told that the old date is near.
  var reviewUntil: WallTime?

  /// How often the value in the source was sent and not accepted.
  var attempts: Int { refusal?.attempts ?? 0 }

  static let reviewSpan = TimeSpan.minutes(5)

  init(
    settings: CredentialSettings, retry: RetryPolicy, record: CredentialRecord, reading: Reading?,
    now: WallTime
  ) {
    let policy = settings.policy
    window = ExpirationWindow(policy: policy, record: record, reading: reading)
    reviewUntil = Self.reviewUntil(policy: policy, record: record, now: now)
    isWanted = false
    isHeld = false
    decision = .watch
    // While the source cannot be read, what was read last still tells whether a person is needed.
    guard policy.enabled, let fingerprint = reading?.fingerprint ?? record.source.fingerprint else {
      return
    }
    refusal = record.refusals.first { $0.fingerprint == fingerprint }
    let isOpen = window?.isOpen(at: now) ?? false
    guard
      let reason = Self.reasonToSend(
        policy: policy, record: record, fingerprint: fingerprint, isOpen: isOpen,
        isUndated: window == nil && !(policy.expiration == .dx && record.listed.at == nil))
    else {
      let holdsAccepted = record.accepted?.fingerprint == fingerprint
      if holdsAccepted, isOpen, reviewUntil == nil { decision = .awaitSecret }
      return
    }
    isWanted = true
    isHeld = refusal?.isHeld ?? false || record.listed.missingSince != nil
    decision = timed(reason, record: record, retry: retry, now: now)
    // What cannot be read cannot be sent, even if it is held and its turn has come.
    if reading == nil { decision = isHeld ? .hold(until: nil) : .watch }
  }

  /// Rules 1 and 3, and `first_seen`: why the value in the source should be sent, if it should.
  private static func reasonToSend(
    policy: Policy, record: CredentialRecord, fingerprint: Fingerprint, isOpen: Bool,
    isUndated: Bool
  ) -> Attempt.Reason? {
    guard let accepted = record.accepted else { return nil }
    if accepted.fingerprint != fingerprint || accepted.isInDoubt {
      switch policy.onChange {
      case .push: return .changed
      // Until DX has listed it for the first time, no more is known than that a date may come.
      case .wait: return isOpen || isUndated ? .changed : nil
      }
    }
    switch accepted.origin {
    case .found where policy.firstSeen == .push: return isOpen ? .firstInWindow : .firstSeen
    case .found, .adopted: return isOpen ? .firstInWindow : nil
    case .vouched: return .requested
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
  private func timed(
    _ reason: Attempt.Reason, record: CredentialRecord, retry: RetryPolicy, now: WallTime
  ) -> Decision {
    if record.listed.missingSince != nil { return .hold(until: nil) }
    guard let refusal else {
      if let earliest = Self.flappingUntil(record: record, retry: retry, now: now), earliest > now {
        return .retry(at: earliest, reason)
      }
      return Self.afterBackoff(reason, record: record, now: now)
    }
    if refusal.isHeld {
      guard let next = Self.heldUntil(refusal, retry: retry) else { return .hold(until: nil) }
      if next > now { return .hold(until: next) }
      if let backoff = record.backoff, backoff.nextAt > now { return .hold(until: backoff.nextAt) }
      return .send(.heldRetry)
    }
    if let next = refusal.nextAt, next > now { return .retry(at: next, reason) }
    let again: Attempt.Reason = refusal.cause == .interrupted ? .interrupted : .retry
    return Self.afterBackoff(again, record: record, now: now)
  }

  /// Rule 6 and `retry.hold`: when a held value has its next turn.
  private static func heldUntil(_ refusal: Refusal, retry: RetryPolicy) -> WallTime? {
    guard case .every(let span) = retry.hold, refusal.cause != .invalidCredentials else {
      return nil
    }
    return refusal.nextAt ?? refusal.lastAt + span
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
