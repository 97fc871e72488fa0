import Dispatch
import HTTPTransport
import SecretMemory

/// A transport on a queue of its own, for tests that wait.
final class Client: Sendable {
  let queue = DispatchQueue(label: "test")
  let transport: HTTPTransport

  init(
    caFile: String? = nil, maximumConnections: Int = 16, keepAliveMilliseconds: Int = 600_000
  ) throws {
    transport = try HTTPTransport(
      queue: queue,
      configuration: HTTPTransportConfiguration(
        caFile: caFile, maximumConnections: maximumConnections, userAgent: "test/1",
        keepAliveMilliseconds: keepAliveMilliseconds))
  }

  func send(_ request: HTTPRequest) async -> Result<HTTPAnswer, HTTPFailure> {
    await withCheckedContinuation { continuation in
      queue.async {
        self.transport.send(request) { continuation.resume(returning: $0) }
      }
    }
  }

  /// Sends them all at once and waits for all.
  func sendAll(_ requests: [HTTPRequest]) async -> [Result<HTTPAnswer, HTTPFailure>] {
    await withTaskGroup(of: Result<HTTPAnswer, HTTPFailure>.self) { group in
      for request in requests { group.addTask { await self.send(request) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }
}

extension HTTPRequest {
  static func get(_ url: String, timeoutMilliseconds: Int = 20_000) -> HTTPRequest {
    HTTPRequest(method: .get, url: url, timeoutMilliseconds: timeoutMilliseconds)
  }

  static func post(_ url: String, _ body: String) -> HTTPRequest {
    HTTPRequest(
      method: .post(body: SecretBytes(copying: body.utf8)), url: url, timeoutMilliseconds: 20_000)
  }
}

extension Result where Success == HTTPAnswer, Failure == HTTPFailure {
  var answer: HTTPAnswer? { try? get() }

  var failure: HTTPFailure? {
    if case .failure(let failure) = self { failure } else { nil }
  }

  var text: String? { answer.map { String(decoding: $0.body, as: UTF8.self) } }
}
