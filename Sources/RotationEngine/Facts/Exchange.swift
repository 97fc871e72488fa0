/// How one request to DX ended: the plain facts, before any judgement.
public enum Exchange: Hashable, Sendable {
  /// An HTTP answer arrived whole.
  case answered(Answer)
  /// None did; what went wrong, in plain words (`connection refused`, `timed out after 60s`).
  case failed(String)

  /// The answer's status, if there was one.
  var httpStatus: Int? {
    if case .answered(let answer) = self { answer.status } else { nil }
  }
}

/// An HTTP answer as plain facts.
public struct Answer: Hashable, Sendable {
  /// The body's part that matters, or why there is none.
  public enum Body: Hashable, Sendable {
    /// A JSON object.
    case object(Object)
    /// Anything else; what it was, in plain words (`HTML`, `empty`, `JSON nested too deeply`).
    case other(String)
  }

  /// What DX's JSON objects can say.
  ///
  /// A key that is missing, or of another type, is nil.
  public struct Object: Hashable, Sendable {
    /// DX's verdict; to be looked at on a 200 too.
    public var ok: Bool?
    /// The error's label.
    public var error: String?
    /// The error in words for people; no secret is in it (redacted by value).
    public var displayMessage: String?
    /// What the connector said; no secret is in it (redacted by value).
    public var rawMessage: String?
    /// The `credential` of an update or info.
    public var credential: Listed?
    /// The `credentials` of a list.
    public var credentials: [Listed]?

    /// Makes an object.
    public init(
      ok: Bool?, error: String? = nil, displayMessage: String? = nil, rawMessage: String? = nil,
      credential: Listed? = nil, credentials: [Listed]? = nil
    ) {
      self.ok = ok
      self.error = error
      self.displayMessage = displayMessage
      self.rawMessage = rawMessage
      self.credential = credential
      self.credentials = credentials
    }
  }

  /// One credential as DX lists it.
  public struct Listed: Hashable, Sendable {
    /// DX's id of it.
    public var id: Int64
    /// Its `expiration_date`.
    public var expiration: WallTime?
    /// Its `disabled_at`.
    public var disabledAt: WallTime?
    /// Its `deleted_at`.
    public var deletedAt: WallTime?

    /// Makes a listed credential.
    public init(
      id: Int64, expiration: WallTime? = nil, disabledAt: WallTime? = nil,
      deletedAt: WallTime? = nil
    ) {
      self.id = id
      self.expiration = expiration
      self.disabledAt = disabledAt
      self.deletedAt = deletedAt
    }
  }

  /// The `Retry-After` header (RFC 9110, section 10.2.3).
  public enum RetryAfter: Hashable, Sendable {
    /// A delay.
    case after(TimeSpan)
    /// A date.
    case at(WallTime)
  }

  /// The HTTP status.
  public var status: Int
  /// The `Retry-After` header, if there is one that can be read.
  public var retryAfter: RetryAfter?
  /// The body.
  public var body: Body

  /// Makes an answer.
  public init(status: Int, retryAfter: RetryAfter? = nil, body: Body) {
    self.status = status
    self.retryAfter = retryAfter
    self.body = body
  }
}
