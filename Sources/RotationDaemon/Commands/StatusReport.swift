import RotationEngine
import StateStore

/// `status --json`, in the form of contract section 7.
struct StatusReport: Encodable, Sendable {
  var version = Program.version
  var daemon: DaemonPart
  var credentials: [CredentialPart]
  var alerts: [AlertPart]

  struct DaemonPart: Encodable, Sendable {
    var running: Bool
    var pid: Nullable<Int32>
    var since: Nullable<String>
    var nextWakeAt: Nullable<String>

    enum CodingKeys: String, CodingKey {
      case running, pid, since
      case nextWakeAt = "next_wake_at"
    }
  }

  struct CredentialPart: Encodable, Sendable {
    /// Which node of a cluster works on it; left out where there is no cluster.
    var node: Nullable<String>?
    var name: String
    var connectionID: Int64
    var id: Int64
    var state: String
    var needsAttention: Bool
    var expiresAt: Nullable<String>
    var expiresFrom: Nullable<String>
    var windowOpensAt: Nullable<String>
    var lastAcceptedAt: Nullable<String>
    var attempts: Int
    var nextActionAt: Nullable<String>
    var disabledInDXAt: Nullable<String>
    var lastError: Nullable<ErrorPart>
    var alert: Nullable<AlertPart>

    enum CodingKeys: String, CodingKey {
      case node
      case name, id, state, attempts, alert
      case connectionID = "connection_id"
      case needsAttention = "needs_attention"
      case expiresAt = "expires_at"
      case expiresFrom = "expires_from"
      case windowOpensAt = "window_opens_at"
      case lastAcceptedAt = "last_accepted_at"
      case nextActionAt = "next_action_at"
      case disabledInDXAt = "disabled_in_dx_at"
      case lastError = "last_error"
    }
  }

  struct ErrorPart: Encodable, Sendable {
    var at: String
    var kind: String
    var error: Nullable<String>
    var displayMessage: Nullable<String>
    var rawMessage: Nullable<String>
    var httpStatus: Nullable<Int>

    enum CodingKeys: String, CodingKey {
      case at, kind, error
      case displayMessage = "display_message"
      case rawMessage = "raw_message"
      case httpStatus = "http_status"
    }
  }

  struct AlertPart: Encodable, Sendable {
    var event: String
    var severity: String
    var since: String

    init(_ alert: StandingAlert) {
      event = alert.kind.rawValue
      severity = alert.severity.rawValue
      since = alert.since.description
    }
  }
}

extension StatusReport {
  /// Makes the report of what is stored.
  init(_ picture: StoredPicture) {
    daemon = DaemonPart(
      running: picture.daemon != nil, pid: Nullable(picture.daemon?.process),
      since: Nullable(picture.daemon?.since?.description),
      nextWakeAt: Nullable(picture.daemon?.nextWakeAt?.description))
    credentials = picture.credentials.map { CredentialPart($0, in: picture) }
    alerts = picture.instance.alerts.map(AlertPart.init)
  }

  /// Whether a person has to do something, or no daemon runs.
  var needsPerson: Bool {
    !daemon.running || !alerts.isEmpty || credentials.contains { $0.needsAttention }
  }
}

extension StatusReport.CredentialPart {
  init(_ credential: StoredPicture.Credential, in picture: StoredPicture) {
    node = picture.nodes.map { Nullable($0[credential.record.key]) }
    let record = credential.record
    let view = record.view
    name = credential.name
    connectionID = record.key.connection
    id = record.key.id
    state = view.state.rawValue
    needsAttention = view.needsAttention && view.state != .disabled
    expiresAt = Nullable(view.expiresAt?.description)
    expiresFrom = Nullable(view.expiresFrom?.rawValue)
    windowOpensAt = Nullable(view.windowOpensAt?.description)
    lastAcceptedAt = Nullable(record.lastPushedAt?.description)
    attempts = view.attempts
    nextActionAt = Nullable(picture.nextAction(of: credential)?.description)
    disabledInDXAt = Nullable(record.listed.disabledAt?.description)
    lastError = Nullable(record.shownError.map(StatusReport.ErrorPart.init))
    alert = Nullable(record.worstAlert.map(StatusReport.AlertPart.init))
  }
}

extension StatusReport.ErrorPart {
  init(_ error: LastError) {
    at = error.at.description
    kind = error.kind.rawValue
    self.error = Nullable(error.error)
    displayMessage = Nullable(error.displayMessage)
    rawMessage = Nullable(error.rawMessage)
    httpStatus = Nullable(error.httpStatus)
  }
}

extension CredentialRecord {
  /// When DX last accepted a value from here.
  var lastPushedAt: WallTime? {
    switch accepted?.origin {
    case .pushed, .pushedFresh: accepted?.at
    case .adopted, .found, .vouched, nil: nil
    }
  }

  /// What went wrong last: with the source, if that cannot be read now.
  var shownError: LastError? {
    guard let failure = source.failure, let since = source.failingSince else { return lastError }
    return LastError(at: since, kind: .source, error: failure.message)
  }

  var worstAlert: StandingAlert? {
    alerts.first { $0.severity == .critical } ?? alerts.first
  }
}
