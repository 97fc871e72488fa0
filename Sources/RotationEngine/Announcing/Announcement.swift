/// One entry of the journal as plain facts (contract, section 5).
public struct Announcement: Hashable, Sendable {
  /// Which credential it is about.
  public struct Subject: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its ids.
    public var key: CredentialKey

    /// Makes a subject.
    public init(name: String, key: CredentialKey) {
      self.name = name
      self.key = key
    }
  }

  /// What happened.
  public var event: JournalEvent
  /// How urgent it is.
  public var urgency: Urgency
  /// What people read: one or two plain sentences.
  public var message: String
  /// Which credential it is about, if about one.
  public var subject: Subject?
  /// Why, in a word or a few (`DX_REASON`).
  public var reason: String?
  /// The how-manieth send of the value (`DX_ATTEMPT`).
  public var attempt: Int?
  /// `DX_HTTP_STATUS`.
  public var httpStatus: Int?
  /// DX's label, or what went wrong (`DX_ERROR`).
  public var error: String?
  /// `DX_DISPLAY_MESSAGE`.
  public var displayMessage: String?
  /// `DX_RAW_MESSAGE`.
  public var rawMessage: String?
  /// `DX_EXPIRES_AT`.
  public var expiresAt: WallTime?
  /// `DX_NEXT_ATTEMPT_AT`.
  public var nextAttemptAt: WallTime?
  /// `DX_DURATION_MS`.
  public var duration: TimeSpan?

  /// Makes an announcement; what is left out does not apply.
  public init(
    _ event: JournalEvent, _ urgency: Urgency, _ message: String, subject: Subject? = nil,
    reason: String? = nil
  ) {
    self.event = event
    self.urgency = urgency
    self.message = message
    self.subject = subject
    self.reason = reason
  }

  /// The fields that apply, by the contract's names, in its order; `DX_EVENT` first.
  public var fields: [(name: String, value: String)] {
    let candidates: [(String, String?)] = [
      ("DX_EVENT", event.rawValue),
      ("DX_CREDENTIAL", subject?.name),
      ("DX_CONNECTION_ID", subject.map { String($0.key.connection) }),
      ("DX_CREDENTIAL_ID", subject.map { String($0.key.id) }),
      ("DX_REASON", reason),
      ("DX_ATTEMPT", attempt.map { String($0) }),
      ("DX_HTTP_STATUS", httpStatus.map { String($0) }),
      ("DX_ERROR", error),
      ("DX_DISPLAY_MESSAGE", displayMessage),
      ("DX_RAW_MESSAGE", rawMessage),
      ("DX_EXPIRES_AT", expiresAt?.description),
      ("DX_NEXT_ATTEMPT_AT", nextAttemptAt?.description),
      ("DX_DURATION_MS", duration.map { String($0.milliseconds) }),
    ]
    return candidates.compactMap { name, value in value.map { (name, $0) } }
  }

  mutating func take(_ failure: LastError) {
    httpStatus = failure.httpStatus
    error = failure.error
    displayMessage = failure.displayMessage
    rawMessage = failure.rawMessage
  }
}

/// A change of an alert, for the channels.
public struct AlertNotice: Hashable, Sendable {
  /// What changed.
  public enum Phase: String, Hashable, Sendable, CaseIterable {
    /// It stands now.
    case raised
    /// It is critical now.
    case escalated
    /// It still stands.
    case repeated
    /// Its cause is gone.
    case resolved
  }

  /// What changed.
  public var phase: Phase
  /// The alert.
  public var alert: StandingAlert
  /// What the journal says of it.
  public var announcement: Announcement
  /// How many credentials are behind it.
  public var credentialCount: Int

  /// Makes a notice.
  public init(
    phase: Phase, alert: StandingAlert, announcement: Announcement, credentialCount: Int
  ) {
    self.phase = phase
    self.alert = alert
    self.announcement = announcement
    self.credentialCount = credentialCount
  }
}
