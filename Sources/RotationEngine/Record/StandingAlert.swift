/// An alert that was raised and is not resolved.
public struct StandingAlert: Hashable, Sendable {
  /// What for.
  public var kind: AlertKind
  /// How bad.
  public var severity: Severity
  /// Since when.
  public var since: WallTime
  /// When it was last said.
  public var saidAt: WallTime

  /// Makes an alert.
  public init(kind: AlertKind, severity: Severity, since: WallTime, saidAt: WallTime) {
    self.kind = kind
    self.severity = severity
    self.since = since
    self.saidAt = saidAt
  }
}

/// The alerts of contract section 4, by the names of their events.
public enum AlertKind: String, Hashable, Sendable, CaseIterable {
  /// A value was refused and is not tried again soon.
  case rotationHeld = "rotation_held"
  /// DX knows no such credential.
  case credentialMissing = "credential_missing"
  /// The window is open and there is no new value.
  case awaitingSecret = "awaiting_secret"
  /// The expiration is past.
  case expired
  /// DX has disabled the credential.
  case credentialDisabled = "credential_disabled"
  /// The API key expires.
  case keyExpiring = "key_expiring"
  /// DX refuses the API key.
  case apiUnauthorized = "api_unauthorized"
  /// DX cannot be reached.
  case apiUnavailable = "api_unavailable"
  /// A source cannot be read.
  case sourceUnavailable = "source_unavailable"
  /// The store that the nodes of a cluster share cannot be used.
  case clusterUnavailable = "cluster_unavailable"
}
