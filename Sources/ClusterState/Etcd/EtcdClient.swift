import Dispatch
import HTTPTransport
import RotationEngine
import SecretMemory

/// etcd's key-value store and leases, over its JSON gateway (etcd 3.4 or later).
///
/// Each call has two forms. With a completion it returns at once, from whatever thread; the completion is called on
/// `queue`. Without one it waits for the answer, for the options' `timeout` at most, and must not be called on `queue`.
///
/// What cannot be answered by one member is asked of the next, over and over until the time is up. So a call may reach
/// etcd more than once, also after its end, where a member was slow: whatever is asked has to come to the same when it is
/// done twice, or late. A transaction does if its comparisons do not hold any more once it is done. What does not is sent
/// once (`repeats: false`), and may still be done after its end.
package final class EtcdClient: @unchecked Sendable {
  // @unchecked, because all state belongs to `queue`.

  /// Takes a call's end, on `queue`.
  package typealias Completion<Answer> = @Sendable (Result<Answer, EtcdError>) -> Void

  /// The serial queue of everything that goes on here.
  package let queue = DispatchQueue(label: "dx-rotated.etcd")

  private let options: EtcdOptions
  private let transport: HTTPTransport
  /// The endpoint that worked last.
  private var preferred = 0
  private var token: SecretBytes?

  /// Makes a client that has no connection yet.
  ///
  /// - Throws: `malformed` without an endpoint; `unreachable` if libcurl cannot be set up.
  package init(_ options: EtcdOptions) throws(EtcdError) {
    guard !options.endpoints.isEmpty else { throw .malformed("no endpoint is named") }
    self.options = options
    do throws(HTTPFailure) {
      transport = try HTTPTransport(
        queue: queue,
        configuration: HTTPTransportConfiguration(
          caFile: options.caFile, certificateFile: options.certificateFile,
          keyFile: options.keyFile, userAgent: options.userAgent,
          keepAliveMilliseconds: Self.keepAlive))
    } catch {
      throw .unreachable(error.description)
    }
  }

  // Connections are kept from one renewal of a lease to the next.
  private static let keepAlive = 30_000

  deinit {
    // It must be given up on its queue.
    queue.async { [transport] in withExtendedLifetime(transport) {} }
  }

  /// Sends a call; `completion` is called on the queue.
  func start<Answer: Decodable & Sendable>(
    _ path: String, _ body: SecretBytes, timeout: TimeSpan? = nil, repeats: Bool = true,
    _ completion: @escaping Completion<Answer>
  ) {
    let time = Int((timeout ?? options.timeout).milliseconds)
    let deadline = DispatchTime.now() + .milliseconds(time)
    let call = EtcdCall(path: path, body: body, deadline: deadline, repeats: repeats) { result in
      completion(result.flatMap(EtcdCall.decode))
    }
    queue.async { self.attempt(call) }
  }

  /// Waits for the end of a call that `start` begins.
  func wait<Answer: Sendable>(
    for start: (@escaping Completion<Answer>) -> Void
  ) throws(EtcdError) -> Answer {
    dispatchPrecondition(condition: .notOnQueue(queue))
    let ended = Ended<Answer>()
    start { ended.take($0) }
    return try ended.result().get()
  }

  private func attempt(_ call: EtcdCall) {
    let endpoint = (preferred + call.attempts) % options.endpoints.count
    let left = call.millisecondsLeft
    guard left > 0 else { return call.end(.failure(.unreachable(call.reason))) }
    if let user = options.user, token == nil, call.needsToken {
      return authenticate(user, for: call)
    }
    call.attempts += 1
    // Whoever of them is silent takes no more than its share of the time.
    let untried = options.endpoints.count - (call.attempts - 1) % options.endpoints.count
    let share = max(1, left / untried)
    var headers = [HTTPHeader("Content-Type", .text("application/json"))]
    if call.needsToken, let token {
      headers.append(HTTPHeader("Authorization", .secret(prefix: "", token)))
    }
    let request = HTTPRequest(
      method: .post(body: call.body), url: "\(options.endpoints[endpoint])/v3/\(call.path)",
      headers: headers, timeoutMilliseconds: share, connectTimeoutMilliseconds: share,
      maximumAnswerBytes: Self.longestAnswer)
    transport.send(request) { [self] result in
      switch EtcdVerdict(result) {
      case .answered(let body):
        preferred = endpoint
        call.end(.success(body))
      case .refused(let error):
        preferred = endpoint
        call.end(.failure(error))
      case .needsToken(let error):
        token = nil
        guard options.user != nil, call.needsToken, !call.hasNewToken else {
          return call.end(.failure(error))
        }
        attempt(call)
      case .unavailable(let reason):
        call.reason = "\(options.endpoints[endpoint]): \(reason)"
        if call.repeats || !result.mayHaveArrived { return goOn(call) }
        preferred = (endpoint + 1) % options.endpoints.count
        call.end(.failure(.unreachable(call.reason)))
      }
    }
  }

  private static let longestAnswer = 32 << 20

  /// Asks the next, but after all of them only when there may be another leader.
  private func goOn(_ call: EtcdCall) {
    guard call.attempts % options.endpoints.count == 0 else { return attempt(call) }
    let pause = min(Self.pause, max(1, call.millisecondsLeft))
    queue.asyncAfter(deadline: .now() + .milliseconds(pause)) { self.attempt(call) }
  }

  private static let pause = 100

  private func authenticate(_ user: EtcdOptions.User, for call: EtcdCall) {
    let body = SecretBytes(json: { json in
      json.raw(#"{"name":"#)
      json.string(user.name)
      json.raw(#","password":"#)
      json.string(user.password)
      json.raw("}")
    })
    let login = EtcdCall(path: EtcdCall.login, body: body, deadline: call.deadline) {
      [self] (result: Result<[UInt8], EtcdError>) in
      let answer: Result<TokenJSON, EtcdError> = result.flatMap(EtcdCall.decode)
      switch answer {
      case .success(let answer):
        token = SecretBytes(copying: answer.token.utf8)
        call.hasNewToken = true
        attempt(call)
      case .failure(let error): call.end(.failure(error))
      }
    }
    attempt(login)
  }
}

extension Result<HTTPAnswer, HTTPFailure> {
  /// Whether the member may have taken the request in.
  fileprivate var mayHaveArrived: Bool {
    if case .failure(let failure) = self { failure.requestMayHaveArrived } else { true }
  }
}

/// The end of a call, for whoever waits for it on another thread.
private final class Ended<Answer: Sendable>: @unchecked Sendable {
  // @unchecked, because the semaphore orders the one write before the one read.
  private let semaphore = DispatchSemaphore(value: 0)
  private var taken: Result<Answer, EtcdError> = .failure(.unreachable("no answer"))

  func take(_ result: Result<Answer, EtcdError>) {
    taken = result
    semaphore.signal()
  }

  func result() -> Result<Answer, EtcdError> {
    semaphore.wait()
    return taken
  }
}
