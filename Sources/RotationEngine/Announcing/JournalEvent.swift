/// The events of contract section 5, by the values of `DX_EVENT`.
public enum JournalEvent: String, Hashable, Sendable, CaseIterable {
  /// The daemon is ready.
  case started
  /// The daemon ends.
  case stopping
  /// A configuration is in force.
  case configLoaded = "config_loaded"
  /// A configuration was refused; the one before stays in force.
  case configRejected = "config_rejected"
  /// A first value was taken for what DX has.
  case adopted
  /// DX accepted a value.
  case rotated
  /// A send failed.
  case rotationFailed = "rotation_failed"
  /// A value waits for a change.
  case rotationHeld = "rotation_held"
  /// A send was accepted after failures.
  case rotationRecovered = "rotation_recovered"
  /// The window is open and there is no new value.
  case awaitingSecret = "awaiting_secret"
  /// The expiration is past.
  case expired
  /// No expiration is known.
  case expirationUnknown = "expiration_unknown"
  /// A source cannot be read.
  case sourceUnavailable = "source_unavailable"
  /// A source can be read again.
  case sourceRecovered = "source_recovered"
  /// DX refuses the API key.
  case apiUnauthorized = "api_unauthorized"
  /// DX cannot be reached.
  case apiUnavailable = "api_unavailable"
  /// DX answers again, or takes the API key again.
  case apiRecovered = "api_recovered"
  /// DX does not know a credential.
  case credentialMissing = "credential_missing"
  /// DX has disabled a credential.
  case credentialDisabled = "credential_disabled"
  /// The API key expires.
  case keyExpiring = "key_expiring"
  /// The store that the nodes of a cluster share cannot be used.
  case clusterUnavailable = "cluster_unavailable"
  /// It can be used again.
  case clusterRecovered = "cluster_recovered"
  /// A send of an earlier run has no known outcome.
  case interrupted
  /// The state was corrupt or gone, and begun anew.
  case stateRebuilt = "state_rebuilt"
  /// The loop makes no progress, so the watchdog is not told that it does.
  case watchdogWithheld = "watchdog_withheld"
  /// An alert could not be delivered.
  case alertDeliveryFailed = "alert_delivery_failed"
  /// Once a day: how things are.
  case summary
}

/// How urgent an entry is: the levels of syslog(3) that are used.
public enum Urgency: Int, Hashable, Comparable, Sendable, CaseIterable {
  /// A person must act now.
  case critical = 2
  /// Something failed.
  case error = 3
  /// A person should look.
  case warning = 4
  /// Normal, and worth a line.
  case notice = 5
  /// Normal.
  case info = 6
  /// For finding faults.
  case debug = 7

  /// Less urgent is less, although its number is higher.
  public static func < (left: Urgency, right: Urgency) -> Bool { left.rawValue > right.rawValue }
}
