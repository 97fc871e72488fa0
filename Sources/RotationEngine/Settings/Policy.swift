/// When a credential is sent: the policy keys of contract section 2.
public struct Policy: Hashable, Sendable {
  /// Where the expiration date comes from.
  public enum Expiration: Hashable, Sendable {
    /// DX's own `expiration_date`, from `credentials.list`.
    case dx
    /// A date in the configuration.
    case fixed(WallTime)
    /// A source whose text is a date.
    indirect case source(Source)
    /// The `exp` claim of the secret under this key.
    case jwt(secret: String)
    /// The earliest notAfter in the PEM under this key.
    case x509(secret: String)

    /// Whether the date comes out of what was read, so that it belongs to that value.
    public var comesWithValue: Bool {
      switch self {
      case .dx, .fixed: false
      case .source, .jwt, .x509: true
      }
    }
  }

  /// What a changed source does outside the window.
  public enum OnChange: String, Hashable, Sendable, CaseIterable {
    /// It is pushed at once.
    case push
    /// It waits for the window.
    case wait
  }

  /// What becomes of a first value that is not due.
  public enum FirstSeen: String, Hashable, Sendable, CaseIterable {
    /// It is taken for what DX has.
    case adopt
    /// It is pushed.
    case push
  }

  /// Whether the credential is watched at all.
  public var enabled: Bool = true
  /// The window opens this long before the expiration.
  public var rotateBefore: TimeSpan = .days(14)
  /// From this long before the expiration an unsolved problem is critical.
  public var criticalBefore: TimeSpan = .days(3)
  /// Where the expiration comes from.
  public var expiration: Expiration = .dx
  /// Where no expiration is known: the window opens this long after the last accepted push or adoption.
  @Packed public var maxAge: TimeSpan?
  /// What a changed source does outside the window.
  public var onChange: OnChange = .push
  /// What becomes of a first value that is not due.
  public var firstSeen: FirstSeen = .adopt
  /// Whether `expiration_date` is sent too, when the date is not DX's own.
  public var sendExpirationDate: Bool = false
  /// How long a changed source must hold still.
  public var settle: TimeSpan = .milliseconds(500)

  /// The contract's defaults.
  public init() {}
}

/// How a push that failed is tried again: the `retry` table of contract section 2.
public struct RetryPolicy: Hashable, Sendable {
  /// What happens to a value that is held.
  public enum Hold: Hashable, Sendable {
    /// It is tried once per this span.
    case every(TimeSpan)
    /// It waits for a change.
    case never
  }

  /// The first step of the backoff.
  public var initial: TimeSpan = .seconds(30)
  /// The longest step.
  public var max: TimeSpan = .hours(1)
  /// What each step is multiplied by, 1 or more.
  public var factor: Double = 2
  /// Pushes of one refused value before it is held, 1 or more.
  public var verificationAttempts: Int = 3
  /// What happens while it is held.
  public var hold: Hold = .every(.hours(6))

  /// The contract's defaults.
  public init() {}
}
