// The wording of alerts on one credential.

extension Wording {
  static func alert(
    _ alert: StandingAlert, _ phase: AlertNotice.Phase, _ credential: TrackedCredential,
    _ assessment: Assessment, now: WallTime
  ) -> Announcement {
    let subject = credential.subject
    let urgency: Urgency = alert.severity == .critical ? .critical : .warning
    let what = cause(alert, credential, assessment)
    var said = Announcement(
      alert.kind.event, urgency, "\(subject.name): \(what)" + since(alert, phase, now: now),
      subject: subject,
      reason: phase == .raised ? reason(alert, credential, assessment) : phase.rawValue)
    switch alert.kind {
    case .rotationHeld:
      if let error = credential.record.lastError { said.take(error) }
      said.attempt = assessment.attempts
      if case .hold(let next) = assessment.decision { said.nextAttemptAt = next }
    case .credentialMissing, .apiUnavailable:
      if let error = credential.record.lastError { said.take(error) }
    case .sourceUnavailable: said.error = credential.record.source.failure?.message
    case .awaitingSecret, .expired, .credentialDisabled, .keyExpiring, .apiUnauthorized,
      .clusterUnavailable:
      break
    }
    said.expiresAt = assessment.window?.expiresAt
    return said
  }

  /// What an alert that stands is about, and what to do, from what is stored.
  public static func standing(
    _ alert: StandingAlert, _ settings: CredentialSettings, _ record: CredentialRecord,
    retry: RetryPolicy, now: WallTime
  ) -> String {
    let reading = record.source.fingerprint.map { Reading(fingerprint: $0) }
    let assessment = Assessment(
      settings: settings, retry: retry, record: record, reading: reading, now: now)
    return cause(alert, TrackedCredential(settings: settings, record: record), assessment)
  }

  private static func reason(
    _ alert: StandingAlert, _ credential: TrackedCredential, _ assessment: Assessment
  ) -> String? {
    switch alert.kind {
    case .rotationHeld: assessment.refusal?.cause.rawValue
    case .sourceUnavailable: credential.record.source.failure?.kind.rawValue
    case .awaitingSecret where isUnderUnmovedDate(credential, assessment): "date_unmoved"
    default: nil
    }
  }

  /// Rule 4: whether DX accepted a first value, and still lists the date from before.
  private static func isUnderUnmovedDate(
    _ credential: TrackedCredential, _ assessment: Assessment
  ) -> Bool {
    credential.record.accepted?.origin == .pushed && assessment.window?.origin == .dx
  }

  private static func cause(
    _ alert: StandingAlert, _ credential: TrackedCredential, _ assessment: Assessment
  ) -> String {
    let record = credential.record
    let policy = credential.settings.policy
    let expiresAt = assessment.window?.expiresAt
    let date = expiresAt.map { "\($0)" } ?? "an unknown date"
    let place = place(of: credential.settings)
    let rotate = "dx-rotated rotate \(shellWord(credential.settings.name))"
    switch alert.kind {
    case .rotationHeld:
      let said = record.lastError.map(failure) ?? "DX refused the secret"
      let isMaybeTaken = assessment.refusal?.cause == .duplicate && credential.wasAnswerLost
      let taken = isMaybeTaken ? ". \(maybeTaken)" : ""
      let attempts = (assessment.refusal ?? record.refusals.first)?.attempts ?? 1
      let times = attempts == 1 ? "once" : "\(attempts) times"
      let next =
        assessment.refusal?.cause == .notFound
        ? "mend the ids and reload, or run \(rotate) once DX has it again"
        : "put a new secret into \(place), or run \(rotate)"
      return "\(said)\(taken). It was sent \(times) and is held now: \(next)"
    case .credentialMissing:
      return "DX does not list this credential any more, and nothing is sent for it. "
        + "Compare connection_id and id with DX, or remove it from the configuration"
    case .awaitingSecret:
      guard expiresAt != nil else {
        return "the secret in DX is older than max_age, and the source still holds it. "
          + "Put a new secret into \(place)"
      }
      if isUnderUnmovedDate(credential, assessment) {
        return "DX accepted the secret, but its date has not moved and is still \(date): "
          + "the secret was there from the first, so it may be the one that expires. "
          + "Put a new secret into \(place), or correct the date in DX"
      }
      if case .fixed = policy.expiration {
        return "expires \(date) by expires_at in the configuration, and the source holds no newer "
          + "secret. Put one into \(place), or correct expires_at"
      }
      return "expires \(date), and the source still holds the secret DX has. "
        + "Put a new secret into \(place)"
    case .expired:
      return "expired \(date). DX's connection has no valid secret until a new one is in \(place)"
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
    case .keyExpiring, .apiUnauthorized, .clusterUnavailable: return alert.kind.rawValue
    }
  }

  /// Where a new secret has to be put, and whether that is all.
  private static func place(of settings: CredentialSettings) -> String {
    let restart =
      settings.secrets.contains { $0.source.canChange } ? "" : " and restart the service"
    return "the source (\(names(of: settings.secrets.map(\.source))))\(restart)"
  }

  /// Some sources in one text: the first three of them.
  public static func names(of sources: [Source]) -> String {
    let more = sources.count > 3 ? " and \(sources.count - 3) more" : ""
    return sources.prefix(3).map { "\($0)" }.joined(separator: ", ") + more
  }

  private static func since(
    _ alert: StandingAlert, _ phase: AlertNotice.Phase, now: WallTime
  ) -> String {
    switch phase {
    case .raised, .resolved: ""
    case .escalated, .repeated: " (since \(alert.since), \(now - alert.since))"
    }
  }

  static let maybeTaken =
    "The answer to an earlier send was lost, so DX may already have this secret"

  static func superseded(
    _ alert: StandingAlert, by worse: AlertKind, _ subject: Subject
  ) -> Announcement {
    Announcement(
      alert.kind.event, .notice,
      "\(subject.name): \(alert.kind.rawValue) has become \(worse.rawValue)", subject: subject,
      reason: "superseded")
  }

  static func resolved(
    _ alert: StandingAlert, _ subject: Subject, isWatched: Bool, now: WallTime
  ) -> Announcement {
    let event: JournalEvent =
      switch alert.kind {
      case .rotationHeld: .rotationRecovered
      case .sourceUnavailable: .sourceRecovered
      case .apiUnavailable: .apiRecovered
      default: alert.kind.event
      }
    return Announcement(
      event, .notice,
      "\(subject.name): \(isWatched ? end(alert.kind) : "it is not watched any more"), "
        + "after \(now - alert.since)",
      subject: subject, reason: "resolved")
  }

  /// Whether the end of an alert has a line of its own even when a rotation was said just before.
  static func needsResolvedLine(_ kind: AlertKind) -> Bool {
    switch kind {
    case .credentialMissing, .credentialDisabled, .apiUnavailable: true
    case .rotationHeld, .awaitingSecret, .expired, .sourceUnavailable, .keyExpiring,
      .clusterUnavailable,
      .apiUnauthorized:
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
    case .clusterUnavailable: "the cluster's etcd can be used again"
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
    case .clusterUnavailable: .clusterUnavailable
    }
  }
}
