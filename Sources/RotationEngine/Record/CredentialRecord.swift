/// Everything about one credential that survives a restart.
///
/// Never a value.
public struct CredentialRecord: Hashable, Sendable {
  /// Which credential, within one DX instance.
  public let key: CredentialKey
  /// What the configuration last called it.
  public var name: String
  /// Raised by the store with each save, so that a stale copy can be told from the stored one; as it was read.
  ///
  /// 0: never stored.
  public var revision: Int64 = 0
  /// When the source was first read.
  @Packed public var firstReadAt: WallTime?
  /// A hash of where the values come from (ids aside): when it differs, refusals start afresh (rule 6).
  public var sourcesDigest: UInt64 = 0
  /// What DX accepted last, or what was adopted as what it has.
  public var accepted: AcceptedValue?
  /// The values that were not accepted, newest first; 16 at most (rule 6).
  public var refusals: [Refusal] = []
  /// When the last sends were, newest first; 12 at most (rule 6's flapping source).
  public var recentSends: [WallTime] = []
  /// The backoff after answers that said nothing of the value (rule 7).
  @Rare public var backoff: BackoffState?
  /// What DX lists of it.
  public var listed = ListedFacts()
  /// What its source last was.
  public var source = SourceFacts()
  /// The last failure, until the next acceptance.
  @Rare public var lastError: LastError?
  /// The alerts that stand.
  public var alerts: [StandingAlert] = []
  /// Whether `expiration_unknown` was said since a date was last known.
  public var saidExpirationUnknown = false
  /// What `status` shows, as the daemon last saw it.
  public var view = CredentialView()

  /// Makes the record of a credential that was never seen.
  public init(key: CredentialKey, name: String) {
    self.key = key
    self.name = name
  }
}

/// The value DX has, as far as the daemon knows.
public struct AcceptedValue: Hashable, Sendable {
  /// How it came to be there.
  public enum Origin: String, Hashable, Sendable, CaseIterable {
    /// DX accepted it from here, and it was fresh.
    case pushedFresh = "pushed_fresh"
    /// DX accepted it from here; whether it was fresh is not known.
    case pushed
    /// It was taken for what DX has, at the first reading.
    case adopted
    /// It was there at the first reading, and is to be pushed (due, or `first_seen = "push"`).
    case found
    /// It was there at the first reading, and a person asked for it to be pushed: it counts as fresh.
    case vouched
  }

  /// Its fingerprint.
  public var fingerprint: Fingerprint
  /// When it was accepted or adopted.
  public var at: WallTime
  /// How it came to be there.
  public var origin: Origin
  /// The date that came with it (JWT, certificate, dated source).
  @Packed public var expiration: WallTime?
  /// DX's date when it was accepted, where it lay inside the window and the value was fresh: it belongs to the value
  /// before (rule 4), until DX lists another.
  @Packed public var supersededDate: WallTime?
  /// DX's date when it was accepted, to tell whether it moved since.
  @Packed public var listedDate: WallTime?
  /// Whether DX may have another value since: one that was sent, and whose answer was lost (rules 6 and 11).
  ///
  /// The accepted value is then sent again once the source is back at it.
  public var isInDoubt = false
  /// What was accepted or adopted before it: a node that takes over and still has this one is behind.
  public var former: Fingerprint?

  /// Makes an accepted value.
  public init(
    fingerprint: Fingerprint, at: WallTime, origin: Origin, expiration: WallTime? = nil,
    supersededDate: WallTime? = nil, listedDate: WallTime? = nil
  ) {
    self.fingerprint = fingerprint
    self.at = at
    self.origin = origin
    self.expiration = expiration
    self.supersededDate = supersededDate
    self.listedDate = listedDate
  }
}

/// A value that was sent and not accepted.
public struct Refusal: Hashable, Sendable {
  /// Its fingerprint.
  public var fingerprint: Fingerprint
  /// How often it was sent and refused, or interrupted.
  public var attempts: Int
  /// When it was last sent.
  public var lastAt: WallTime
  /// What kind of refusal the last was.
  public var cause: Cause
  /// When it is sent again; nil: not before something changes.
  public var nextAt: WallTime?
  /// Whether it is held (rules 6 and 9).
  public var isHeld: Bool

  /// The kinds of refusal.
  public enum Cause: String, Hashable, Sendable, CaseIterable {
    /// The connector's verification failed.
    case verification
    /// The same, as `Invalid credentials`: trying again could lock the account.
    case invalidCredentials = "invalid_credentials"
    /// DX has these secrets or settings already.
    case duplicate
    /// DX knows no such connection or credential.
    case notFound = "not_found"
    /// The daemon ended between sending and answer.
    case interrupted
  }

  /// Makes a refusal.
  public init(
    fingerprint: Fingerprint, attempts: Int, lastAt: WallTime, cause: Cause, nextAt: WallTime?,
    isHeld: Bool
  ) {
    self.fingerprint = fingerprint
    self.attempts = attempts
    self.lastAt = lastAt
    self.cause = cause
    self.nextAt = nextAt
    self.isHeld = isHeld
  }
}

/// Where a backoff stands.
public struct BackoffState: Hashable, Sendable {
  /// When the first of the failures in a row was.
  public var since: WallTime
  /// How many failures in a row, 1 or more.
  public var failures: Int
  /// When the next try is.
  public var nextAt: WallTime

  /// Makes a backoff's state.
  public init(since: WallTime, failures: Int, nextAt: WallTime) {
    self.since = since
    self.failures = failures
    self.nextAt = nextAt
  }
}

/// What DX's list said of a credential.
public struct ListedFacts: Hashable, Sendable {
  /// When it was last listed, or found missing; nil: not yet.
  @Packed public var at: WallTime?
  /// Its `expiration_date`.
  @Packed public var expiration: WallTime?
  /// Its `disabled_at`.
  @Packed public var disabledAt: WallTime?
  /// Since when DX does not know it, confirmed (rule 9).
  @Packed public var missingSince: WallTime?

  /// Nothing was listed yet.
  public init() {}
}

/// What the source of a credential last was.
public struct SourceFacts: Hashable, Sendable {
  /// The fingerprint last read.
  public var fingerprint: Fingerprint?
  /// Since when it cannot be read.
  @Packed public var failingSince: WallTime?
  /// Why it cannot be read.
  @Rare public var failure: SourceFailure?

  /// It was never read.
  public init() {}
}

/// A failure, as `status` shows it.
public struct LastError: Hashable, Sendable {
  /// When it was.
  public var at: WallTime
  /// What kind it was.
  public var kind: FailureKind
  /// DX's label, or what went wrong in plain words.
  public var error: String?
  /// DX's `display_message`.
  public var displayMessage: String?
  /// DX's `raw_message`.
  public var rawMessage: String?
  /// The HTTP status, if there was an answer.
  public var httpStatus: Int?

  /// Makes an error.
  public init(
    at: WallTime, kind: FailureKind, error: String? = nil, displayMessage: String? = nil,
    rawMessage: String? = nil, httpStatus: Int? = nil
  ) {
    self.at = at
    self.kind = kind
    self.error = error
    self.displayMessage = displayMessage
    self.rawMessage = rawMessage
    self.httpStatus = httpStatus
  }
}

/// The kinds of failure that people and history are told of.
public enum FailureKind: String, Hashable, Sendable, CaseIterable {
  /// DX's verification refused the value.
  case verification
  /// DX has these secrets or settings already.
  case duplicate
  /// DX knows no such connection or credential.
  case notFound = "not_found"
  /// DX could not be reached, or answered with something that is not its API.
  case unreachable
  /// DX asked to slow down.
  case throttled
  /// DX refused the API key.
  case unauthorized
  /// The daemon ended between sending and answer.
  case interrupted
  /// The source gave no value.
  case source
  /// The attempt could not be recorded, so nothing was sent.
  case state
}
