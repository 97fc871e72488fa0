import CCurl
import Glibc

/// libcurl's codes in our terms.
extension HTTPFailure {
  /// Sorts the end of a transfer.
  ///
  /// - Parameters:
  ///   - code: what libcurl says, not `CURLE_OK`.
  ///   - text: what stands in libcurl's error buffer; empty is none.
  ///   - systemError: the errno of the last failed connect, or 0.
  ///   - received: what had arrived of the answer.
  ///   - milliseconds: how long the transfer had taken.
  ///   - requestMayHaveArrived: whether sending had begun.
  init(
    curl code: CURLcode, text: String, systemError: Int32, received: ReceivedAnswer,
    milliseconds: Int, requestMayHaveArrived: Bool
  ) {
    let text = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
    let reason: Reason =
      switch code {
      case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
        .cannotResolve(text)
      case CURLE_COULDNT_CONNECT:
        .cannotConnect(
          systemError == 0 ? text : "\(text) (\(String(cString: strerror(systemError))))")
      case CURLE_OPERATION_TIMEDOUT:
        .timedOut(afterMilliseconds: milliseconds)
      case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
        CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
        CURLE_SSL_INVALIDCERTSTATUS:
        .tls(text)
      case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING:
        .reset(text)
      case CURLE_ABORTED_BY_CALLBACK where !requestMayHaveArrived:
        .cancelled
      case CURLE_ABORTED_BY_CALLBACK:
        // The one callback that aborts is the one that refuses to send a POST again.
        .reset("the server closed the kept connection that the request was sent on")
      case CURLE_PARTIAL_FILE:
        .truncated(receivedBytes: received.body.count)
      case CURLE_WRITE_ERROR:
        received.exceededLimit.map { .tooLarge(limit: $0) }
          ?? .other(code: Int(code.rawValue), text)
      case CURLE_WEIRD_SERVER_REPLY:
        .notHTTP(text)
      case CURLE_UNSUPPORTED_PROTOCOL:
        // libcurl's word both for another scheme and for an answer without a status line.
        requestMayHaveArrived ? .notHTTP(text) : .invalidRequest(text)
      case CURLE_URL_MALFORMAT:
        .invalidRequest("its URL is malformed")
      default:
        .other(code: Int(code.rawValue), text)
      }
    self.init(reason, requestMayHaveArrived: requestMayHaveArrived)
  }

  /// A failure before there was a transfer.
  static func curl(_ code: CURLcode) -> HTTPFailure {
    HTTPFailure(.other(code: Int(code.rawValue), String(cString: curl_easy_strerror(code))))
  }

  /// A system call that failed.
  static func system(_ call: String, _ code: Int32) -> HTTPFailure {
    HTTPFailure(.other(code: Int(code), "\(call): \(String(cString: strerror(code)))"))
  }
}
