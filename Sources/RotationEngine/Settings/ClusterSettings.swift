/// The `cluster` table: how the machines that share the work reach etcd, and each other's state in it.
public struct ClusterSettings: Hashable, Sendable {
  /// The members of etcd, `https://etcd-1:2379`, without a slash at the end; one or more.
  public var endpoints: [String] = []
  /// What all keys in etcd begin with; a slash at both ends.
  public var prefix: String = "/dx-rotated/"
  /// This node's name; nil: the host's.
  public var node: String?
  /// How long a node may be silent before the others take over; whole seconds, 2 or more.
  public var lease: TimeSpan = .seconds(15)
  /// The source of the text that the key of the fingerprints is made from.
  public var key: Source
  /// A PEM bundle to trust instead of the system's.
  public var caFile: String?
  /// A PEM file with this client's certificate; only together with `keyFile`.
  public var certificateFile: String?
  /// A PEM file with the certificate's key.
  public var keyFile: String?
  /// Whom to authenticate as; only together with `password`.
  public var username: String?
  /// The source of the user's password.
  public var password: Source?

  /// The defaults for a key.
  public init(key: Source) {
    self.key = key
  }
}
