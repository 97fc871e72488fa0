import RotationEngine
import SecretMemory

/// How etcd is reached.
package struct EtcdOptions: Sendable {
  /// Who this client is to etcd.
  package struct User: Sendable {
    /// The name.
    package var name: String
    /// The password, in UTF-8.
    package var password: SecretBytes

    /// Names a user.
    package init(name: String, password: SecretBytes) {
      self.name = name
      self.password = password
    }
  }

  /// The URLs of members, one or more, each without a path; the first that works is used.
  package var endpoints: [String]
  /// A PEM bundle to trust instead of the system's store.
  package var caFile: String?
  /// A PEM file with this client's certificate; nil: it shows none.
  package var certificateFile: String?
  /// A PEM file with the certificate's key.
  package var keyFile: String?
  /// Whom to authenticate as; nil: etcd is used without its authentication.
  package var user: User?
  /// The longest that a call may take, whatever number of endpoints it tries.
  package var timeout: TimeSpan
  /// The `User-Agent` header.
  package var userAgent: String

  /// Makes options.
  package init(
    endpoints: [String], caFile: String? = nil, certificateFile: String? = nil,
    keyFile: String? = nil, user: User? = nil, timeout: TimeSpan = .seconds(5),
    userAgent: String = "dx-rotated"
  ) {
    self.endpoints = endpoints
    self.caFile = caFile
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.user = user
    self.timeout = timeout
    self.userAgent = userAgent
  }
}
