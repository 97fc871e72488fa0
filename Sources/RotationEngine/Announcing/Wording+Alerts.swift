// The wording of alerts on one credential.

extension Wording {
  static func alert(
    _ alert: StandingAlert, _ phase: AlertNotice.Phase, _ subject: Subject,
    _ record: CredentialRecord, expiresAt: WallTime?, next: WallTime?, policy: Policy,
    now: WallTime
  ) -> Announcement {
    let urgency: Urgency = alert.severity == .critical ? .critical : .warning
    let what = cause(alert, record, expiresAt: expiresAt, policy: policy)
    var said = Announcement(
      alert.kind.event, urgency, "\(subject.name): \(what)" + since(alert, phase, now: now),
      subject: subject, reason: phase == .raised ? reason(alert, record) : phase.rawValue)
    if alert.kind != .awaitingSecret, alert.kind != .expired, let error = record.lastError {
      said.take(error)
    }
    if alert.kind == .sourceUnavailable { said.error = record.source.failure?.message }
    if alert.kind == .rotationHeld {
      said.attempt = record.refusals.first?.attempts
      said.nextAttemptAt = next
    }
    said.expiresAt = expiresAt
    return said
  }

  /// What an alert that stands is about, and what to do.
  public static func standing(
    _ alert: StandingAlert, _ record: CredentialRecord, policy: Policy
  ) -> String {
    cause(alert, record, expiresAt: record.view.expiresAt, policy: policy)
  }

  private static func reason(_ alert: StandingAlert, _ record: CredentialRecord) -> String? {
    switch alert.kind {
    case .rotationHeld: record.refusals.first?.cause.rawValue
    case .sourceUnavailable: record.source.failure?.kind.rawValue
    case .awaitingSecret where record.accepted?.origin == .pushed: "date_unmoved"
    default: nil
    }
  }

  private static func cause(
    _ alert: StandingAlert, _ record: CredentialRecord, expiresAt: WallTime?, policy: Policy
  ) -> String {
    let date = expiresAt.map { "\($0)" } ?? "an unknown date"
    switch alert.kind {
    case .rotationHeld:
      let said = record.lastError.map(failure) ?? "DX refused the secret"
      let attempts = record.refusals.first.map { $0.attempts } ?? 1
      let times = attempts == 1 ? "once" : "\(attempts) times"
      return "\(said). It was sent \(times) and is held now: put a new secret into the source, "
        + "or run dx-rotated rotate"
    case .credentialMissing:
      return "DX does not list this credential any more, and nothing is sent for it. "
        + "Compare connection_id and id with DX, or remove it from the configuration"
    case .awaitingSecret:
      guard expiresAt != nil else {
        return "the secret in DX is older than max_age, and the source still holds it. "
          + "Put a new secret into the source"
      }
      if record.accepted?.origin == .pushed, policy.expiration == .dx {
        return "DX accepted the secret, but its date has not moved and is still \(date): "
          + "the secret was there from the first, so it may be the one that expires. "
          + "Put a new secret into the source, or correct the date in DX"
      }
      if case .fixed = policy.expiration {
        return "expires \(date) by expires_at in the configuration, and the source holds no newer "
          + "secret. Put one there, or correct expires_at"
      }
      return "expires \(date), and the source still holds the secret DX has. "
        + "Put a new secret into the source"
    case .expired:
      return "expired \(date). DX's connection has no valid secret until a new one is in the source"
    case .credentialDisabled:
      return "DX has disabled this credential"
        + (record.listed.disabledAt.map { " (since \($0))" } ?? "")
        + ". Look at the connection in DX, and enable it there"
    case .sourceUnavailable:
      let why = record.source.failure?.message ?? "the source cannot be read"
      return "\(why). No new secret can be seen until that is mended"
    case .apiUnavailable:
      let why = record.lastError.map(failure) ?? "DX could not be reached"
      return "\(why). Other requests are answered; it is tried again by itself"
    case .keyExpiring, .apiUnauthorized: return alert.kind.rawValue
    }
  }

  private static func since(
    _ alert: StandingAlert, _ phase: AlertNotice.Phase, now: WallTime
  ) -> String {
    switch phase {
    case .raised, .resolved: ""
    case .escalated, .repeated: " (since \(alert.since), \(now - alert.since))"
    }
  }

  static func resolved(
    _ alert: StandingAlert, _ subject: Subject, now: WallTime
  ) -> Announcement {
    let event: JournalEvent =
      switch alert.kind {
      case .rotationHeld: .rotationRecovered
      case .sourceUnavailable: .sourceRecovered
      case .apiUnavailable: .apiRecovered
      default: alert.kind.event
      }
    return Announcement(
      event, .notice, "\(subject.name): \(end(alert.kind)), after \(now - alert.since)",
      subject: subject, reason: "resolved")
  }

  /// Whether the end of an alert has a line of its own even when a rotation was said just before.
  static func needsResolvedLine(_ kind: AlertKind) -> Bool {
    switch kind {
    case .credentialMissing, .credentialDisabled: true
    case .rotationHeld, .awaitingSecret, .expired, .sourceUnavailable, .apiUnavailable,
      .keyExpiring, .apiUnauthorized:
      false
    }
  }

  private static func end(_ kind: AlertKind) -> String {
    switch kind {
    case .rotationHeld: "no secret is held any more"
    case .credentialMissing: "DX lists this credential again"
    case .awaitingSecret: "no new secret is needed any more"
    case .expired: "not expired any more"
    case .credentialDisabled: "DX has enabled this credential again"
    case .sourceUnavailable: "the source can be read again"
    case .apiUnavailable, .apiUnauthorized: "DX answers again"
    case .keyExpiring: "the API key does not expire soon any more"
    }
  }
}

extension AlertKind {
  /// The event of the same name.
  public var event: JournalEvent {
    switch self {
    case .rotationHeld: .rotationHeld
    case .credentialMissing: .credentialMissing
    case .awaitingSecret: .awaitingSecret
    case .expired: .expired
    case .credentialDisabled: .credentialDisabled
    case .keyExpiring: .keyExpiring
    case .apiUnauthorized: .apiUnauthorized
    case .apiUnavailable: .apiUnavailable
    case .sourceUnavailable: .sourceUnavailable
    }
  }
}
