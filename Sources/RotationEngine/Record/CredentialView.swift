/// The states of contract section 7.
public enum CredentialState: String, Hashable, Sendable, CaseIterable {
  /// Nothing to do but watch.
  case watching
  /// The window is open and the source still holds what was accepted.
  case awaitingSecret = "awaiting_secret"
  /// A value is about to be sent.
  case due
  /// A value was sent, not accepted, and will be sent again.
  case retrying
  /// A value was refused and waits for a change.
  case held
  /// The source cannot be read.
  case sourceUnavailable = "source_unavailable"
  /// `enabled = false`.
  case disabled
  /// Never seen by the daemon.
  case unknown
}

/// Where an expiration came from (contract section 7, `expires_from`).
public enum ExpirationOrigin: String, Hashable, Sendable, CaseIterable {
  /// A date in the configuration.
  case config
  /// A source, a JWT or a certificate.
  case source
  /// DX's list.
  case dx
  /// No date is known; the age of the value counts.
  case maxAge = "max_age"
}

/// What `status` shows of a credential.
public struct CredentialView: Hashable, Sendable {
  /// Its state.
  public var state: CredentialState = .unknown
  /// Whether a person has to do something.
  public var needsAttention = false
  /// The expiration in force.
  @Packed public var expiresAt: WallTime?
  /// Where that came from.
  public var expiresFrom: ExpirationOrigin?
  /// When the window opens, or opened.
  @Packed public var windowOpensAt: WallTime?
  /// Sends of the present value that were not accepted.
  public var attempts: Int = 0
  /// When something happens next by itself.
  @Packed public var nextActionAt: WallTime?

  /// Nothing is known yet.
  public init() {}
}
