import Dispatch
import FoundationEssentials
import HTTPTransport
import SecretMemory

/// One call on its way from member to member; it belongs to the client's queue.
final class EtcdCall: @unchecked Sendable {
  let path: String
  let body: SecretBytes
  let deadline: DispatchTime
  /// Whether it may be sent again where it may have arrived already.
  let repeats: Bool
  /// How often it was sent.
  var attempts = 0
  /// Whether a token was made for it, so that another would be no better.
  var hasNewToken = false
  /// Why the last attempt came to nothing.
  var reason = "no answer in time"
  /// Called once.
  let end: @Sendable (Result<[UInt8], EtcdError>) -> Void

  init(
    path: String, body: SecretBytes, deadline: DispatchTime, repeats: Bool = true,
    end: @escaping @Sendable (Result<[UInt8], EtcdError>) -> Void
  ) {
    self.path = path
    self.body = body
    self.deadline = deadline
    self.repeats = repeats
    self.end = end
  }

  static let login = "auth/authenticate"

  var needsToken: Bool { path != Self.login }

  var millisecondsLeft: Int {
    let now = DispatchTime.now().uptimeNanoseconds
    let end = deadline.uptimeNanoseconds
    return end > now ? Int((end - now) / 1_000_000) : 0
  }

  static func decode<Answer: Decodable>(_ body: [UInt8]) -> Result<Answer, EtcdError> {
    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(body)) else {
      return .failure(.malformed("an object that lacks what is expected there"))
    }
    return .success(answer)
  }
}

/// What an answer, or none, means for a call.
enum EtcdVerdict {
  case answered([UInt8])
  /// Another member would say the same.
  case refused(EtcdError)
  /// The token is not, or no longer, good.
  case needsToken(EtcdError)
  /// Another member may do better.
  case unavailable(String)

  init(_ result: Result<HTTPAnswer, HTTPFailure>) {
    switch result {
    case .failure(let failure):
      self = .unavailable(failure.description)
    case .success(let answer) where answer.status == 200:
      self = .answered(answer.body)
    case .success(let answer):
      let decoded: Result<ErrorJSON, EtcdError> = EtcdCall.decode(answer.body)
      guard case .success(let error) = decoded, let code = error.code ?? error.grpc_code,
        let message = error.error ?? error.message
      else {
        self = .unavailable("not etcd's gateway: HTTP status \(answer.status)")
        return
      }
      self.init(code: code, message: message)
    }
  }

  /// The code is one of gRPC's.
  private init(code: Int, message: String) {
    switch code {
    // CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE.
    case 1, 2, 4, 13, 14: self = .unavailable(message)
    // UNAUTHENTICATED; and INVALID_ARGUMENT, where users were changed since the token was made.
    case 16: self = .needsToken(.refused(code: code, message: message))
    case 3 where message.contains("auth"), 3 where message.contains("user name is empty"):
      self = .needsToken(.refused(code: code, message: message))
    default: self = .refused(.refused(code: code, message: message))
    }
  }
}
