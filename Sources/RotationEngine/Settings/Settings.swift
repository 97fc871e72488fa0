/// The whole configuration, validated: what the drop-ins together mean.
public struct Settings: Hashable, Sendable {
  /// DX's API.
  public var api: APISettings
  /// The credentials, in the order of their names.
  public var credentials: [CredentialSettings]
  /// How pushes are tried again.
  public var retry: RetryPolicy
  /// Whom to alert, and when.
  public var alert: AlertSettings
  /// The cluster that this node is one of, if it is.
  public var cluster: ClusterSettings?
  /// What the configuration has too, and other nodes of the cluster work on.
  public var elsewhere: [CredentialSettings] = []
  /// The path of the node_exporter textfile, if metrics are written.
  public var metricsTextfile: String?

  /// Makes settings of their parts.
  public init(
    api: APISettings, credentials: [CredentialSettings], retry: RetryPolicy = RetryPolicy(),
    alert: AlertSettings = AlertSettings(), metricsTextfile: String? = nil,
    cluster: ClusterSettings? = nil
  ) {
    self.api = api
    self.credentials = credentials
    self.retry = retry
    self.alert = alert
    self.metricsTextfile = metricsTextfile
    self.cluster = cluster
  }
}

/// The `api` table of contract section 2.
public struct APISettings: Hashable, Sendable {
  /// When the API key itself expires.
  public enum KeyExpiration: Hashable, Sendable {
    /// A date in the configuration.
    case fixed(WallTime)
    /// A source whose text is a date.
    case source(Source)
  }

  /// The instance, `https://acme.getdx.net`, without a slash at the end.
  public var url: String
  /// The source of the bearer key.
  public var token: Source
  /// When the key itself expires, if that is known.
  public var tokenExpiration: KeyExpiration?
  /// How long before its expiration the key is a warning, and critical: `defaults.rotate_before`, `.critical_before`.
  public var keyRotateBefore: TimeSpan = .days(14)
  /// From when an expiring key is critical.
  public var keyCriticalBefore: TimeSpan = .days(3)
  /// The limit of a whole request.
  public var timeout: TimeSpan = .seconds(60)
  /// The limit of connecting.
  public var connectTimeout: TimeSpan = .seconds(10)
  /// Requests of every kind in any minute, 1 or more.
  public var requestsPerMinute: Int = 600
  /// Requests in flight, 1 or more.
  public var concurrency: Int = 4
  /// How often `credentials.list` is read, once per connection.
  public var pollInterval: TimeSpan = .hours(1)
  /// A PEM bundle to trust instead of the system's.
  public var caFile: String?

  /// The contract's defaults for an instance and a key.
  public init(url: String, token: Source) {
    self.url = url
    self.token = token
  }
}

/// The pair of ids that names a credential in DX, and in the state.
public struct CredentialKey: Hashable, Comparable, Sendable {
  /// The connection's id, positive.
  public var connection: Int64
  /// The credential's id, positive.
  public var id: Int64

  /// Makes a key of the two ids.
  public init(connection: Int64, id: Int64) {
    self.connection = connection
    self.id = id
  }

  /// Orders by connection, then id.
  public static func < (left: CredentialKey, right: CredentialKey) -> Bool {
    (left.connection, left.id) < (right.connection, right.id)
  }
}

/// One `credential.NAME` table of contract section 2, the defaults filled in.
public struct CredentialSettings: Hashable, Sendable {
  /// One secret of a credential.
  public struct Secret: Hashable, Sendable {
    /// The key it is sent under.
    public var key: String
    /// Where its value is.
    public var source: Source

    /// Makes a secret of its key and source.
    public init(key: String, source: Source) {
      self.key = key
      self.source = source
    }
  }

  /// What the configuration calls it.
  public var name: String
  /// What DX calls it.
  public var key: CredentialKey
  /// Its secrets in the order of their keys; one or more.
  public var secrets: [Secret]
  /// When it is sent.
  public var policy: Policy

  /// Makes a credential's settings.
  public init(name: String, key: CredentialKey, secrets: [Secret], policy: Policy = Policy()) {
    self.name = name
    self.key = key
    self.secrets = secrets
    self.policy = policy
  }

  /// Every source that is read in one pass: the secrets', then the date's where it has one of its own.
  public var sources: [Source] {
    let values = secrets.map(\.source)
    if case .source(let date) = policy.expiration { return values + [date] }
    return values
  }
}
