/// What all requests of a transport have in common.
package struct HTTPTransportConfiguration: Sendable, Equatable {
  /// A PEM bundle to trust instead of the system's store.
  package var caFile: String?
  /// A PEM file with the certificate that this client shows, and those that vouch for it; nil: it shows none.
  package var certificateFile: String?
  /// A PEM file with the certificate's key.
  package var keyFile: String?
  /// Whether a proxy named in the environment is passed by.
  package var isDirect: Bool
  /// Requests under way at once, 1 or more; further ones wait in the order they came.
  package var maximumConnections: Int
  /// The `User-Agent` header.
  package var userAgent: String
  /// How long an idle connection may be used again; after that everything idle is closed and freed.
  ///
  /// Short, because a server may close an idle connection at the very moment a request is sent on it, and then nobody
  /// knows whether the request arrived. Servers commonly wait 5 s or longer.
  package var keepAliveMilliseconds: Int

  package init(
    caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil,
    isDirect: Bool = false, maximumConnections: Int = 4, userAgent: String,
    keepAliveMilliseconds: Int = 3_000
  ) {
    self.caFile = caFile
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.isDirect = isDirect
    self.maximumConnections = maximumConnections
    self.userAgent = userAgent
    self.keepAliveMilliseconds = keepAliveMilliseconds
  }
}
