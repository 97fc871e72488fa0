/// One send of a credential's values: on disk before it is sent (rule 11).
public struct Attempt: Hashable, Sendable {
  /// Why it was sent.
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    /// The source differs from what was accepted or adopted (rule 1).
    case changed
    /// The window is open, and DX never accepted a value from here (rule 3).
    case firstInWindow = "first_in_window"
    /// `first_seen = "push"`.
    case firstSeen = "first_seen"
    /// A try after a failure.
    case retry
    /// A held value's turn.
    case heldRetry = "held_retry"
    /// A person ran `rotate`.
    case requested
    /// A person ran `rotate --force`.
    case forced
    /// The send before was cut off.
    case interrupted
  }

  /// How it ended.
  public enum Outcome: Hashable, Sendable {
    /// DX accepted it.
    case accepted
    /// It failed.
    case failed(LastError)

    /// How history and metrics call it: `accepted`, or the failure's kind.
    public var name: String {
      switch self {
      case .accepted: "accepted"
      case .failed(let error): error.kind.rawValue
      }
    }
  }

  /// The store's number of it; 0: not stored yet.
  public var number: Int64 = 0
  /// Which credential.
  public var key: CredentialKey
  /// What the configuration called it then.
  public var name: String
  /// What was sent.
  public var fingerprint: Fingerprint
  /// Why.
  public var reason: Reason
  /// The how-manieth send of this value, from 1.
  public var ordinal: Int
  /// When.
  public var at: WallTime
  /// When its outcome was known.
  public var finishedAt: WallTime?
  /// How it ended; nil: not yet.
  public var outcome: Outcome?

  /// Makes an attempt that is about to be sent.
  public init(
    key: CredentialKey, name: String, fingerprint: Fingerprint, reason: Reason, ordinal: Int,
    at: WallTime
  ) {
    self.key = key
    self.name = name
    self.fingerprint = fingerprint
    self.reason = reason
    self.ordinal = ordinal
    self.at = at
  }
}
