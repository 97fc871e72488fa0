import SecretMemory

/// One request, as plain values.
package struct HTTPRequest: Sendable {
  /// What is asked for; a POST always has a body, a GET never.
  package enum Method: Sendable {
    case get
    /// The bytes are sent as they are, from the secret's own memory.
    case post(body: SecretBytes)
  }

  package var method: Method
  /// An `http` or `https` URL; whether plain `http` is acceptable is the caller's rule.
  package var url: String
  /// Sent in this order after `Host` and `User-Agent`; nothing else is added but `Content-Length`.
  package var headers: [HTTPHeader]
  /// The longest the whole request may take, from the start of connecting to the answer's last byte.
  package var timeoutMilliseconds: Int
  /// The longest that resolving, connecting and the TLS handshake may take together.
  package var connectTimeoutMilliseconds: Int
  /// The longest body that is read; a longer one fails the request.
  package var maximumAnswerBytes: Int
  /// Asked on the transport's queue when there is a connection and the first byte is about to be sent; false ends the
  /// request as `.cancelled`, with nothing sent.
  package var mayBegin: @Sendable () -> Bool

  package init(
    method: Method, url: String, headers: [HTTPHeader] = [], timeoutMilliseconds: Int = 60_000,
    connectTimeoutMilliseconds: Int = 10_000, maximumAnswerBytes: Int = 1 << 20,
    mayBegin: @escaping @Sendable () -> Bool = { true }
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.timeoutMilliseconds = timeoutMilliseconds
    self.connectTimeoutMilliseconds = connectTimeoutMilliseconds
    self.maximumAnswerBytes = maximumAnswerBytes
    self.mayBegin = mayBegin
  }
}

/// One header of a request.
package struct HTTPHeader: Sendable {
  /// What stands after the colon.
  package enum Value: Sendable {
    case text(String)
    /// A secret behind a text that is none, such as `Bearer ` and a key.
    case secret(prefix: String, SecretBytes)
  }

  package var name: String
  package var value: Value

  package init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}
