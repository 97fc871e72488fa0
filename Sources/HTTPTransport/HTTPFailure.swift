/// Why a request has no answer.
///
/// Neither the reason nor its description holds a header, a body or more of the URL than its host.
package struct HTTPFailure: Error, Equatable, Sendable {
  /// What went wrong; a text is libcurl's own, which names the host.
  package enum Reason: Equatable, Sendable {
    case cannotResolve(String)
    case cannotConnect(String)
    case tls(String)
    case timedOut(afterMilliseconds: Int)
    /// The connection was lost before an answer began, or was broken off.
    case reset(String)
    /// The answer ended before its announced end.
    case truncated(receivedBytes: Int)
    /// The answer's body, or its headers, are longer than is read.
    case tooLarge(limit: Int)
    /// What answered does not speak HTTP.
    case notHTTP(String)
    /// The request cannot be sent as it stands.
    case invalidRequest(String)
    /// `HTTPTransport.cancelAll()` was called, or `HTTPRequest.mayBegin` said no.
    case cancelled
    /// Anything else, with libcurl's number for it (or errno's).
    case other(code: Int, String)
  }

  package var reason: Reason
  /// Whether sending had begun, so that the server may have acted on the request.
  package var requestMayHaveArrived: Bool

  package init(_ reason: Reason, requestMayHaveArrived: Bool = false) {
    self.reason = reason
    self.requestMayHaveArrived = requestMayHaveArrived
  }
}

extension HTTPFailure: CustomStringConvertible {
  /// One line of English without a full stop.
  package var description: String {
    switch reason {
    case .cannotResolve(let text), .cannotConnect(let text):
      text
    case .tls(let text):
      "no secure connection: \(text)"
    case .timedOut(let milliseconds) where requestMayHaveArrived:
      "no complete answer within \(milliseconds) ms"
    case .timedOut(let milliseconds):
      "no connection within \(milliseconds) ms"
    case .reset(let text):
      "the connection was lost before the answer: \(text)"
    case .truncated(let receivedBytes):
      "the connection was lost within the answer, after \(receivedBytes) bytes of its body"
    case .tooLarge(let limit):
      "the answer is longer than \(limit) bytes"
    case .notHTTP(let text):
      "the answer is not HTTP: \(text)"
    case .invalidRequest(let text):
      "the request cannot be sent: \(text)"
    case .cancelled:
      "the request was given up"
    case .other(let code, let text):
      "\(text) (libcurl error \(code))"
    }
  }
}
