import DXSimulator
import Dispatch
import Foundation
import HTTPTransport
import RotationEngine
import SecretMemory
import Testing

@testable import DXClient

/// A simulated DX with one Jira connection, and a client of it.
final class Fixture: @unchecked Sendable {
  // @unchecked, because the client is used on the queue only.

  static let configuration = """
    {"key": "key-1234", "connection": [
      {"id": 123, "credential": [
        {"id": 456, "expiration_date": "2026-12-31", "rule": [
          {"pattern": "bad-*", "display_message": "Jira refused {secret}.",
           "raw_message": "401 {secret}"}]},
        {"id": 457, "disabled_at": "2026-03-01T00:00:00.000Z"},
        {"id": 458, "deleted_at": "2026-02-01T12:30:00.000Z"}]},
      {"id": 124}]}
    """
  static let key = CredentialKey(connection: 123, id: 456)

  private let simulator: Simulator
  private let queue = DispatchQueue(label: "test")
  private let transport: HTTPTransport
  private let client: DXClient
  let api: APISettings
  private let bearer: SecretBytes

  init(bearer: String = "key-1234", timeout: TimeSpan = .seconds(20)) throws {
    simulator = try Simulator(
      JSONDecoder().decode(SimulatorConfiguration.self, from: Data(Self.configuration.utf8)))
    transport = try HTTPTransport(
      queue: queue, configuration: HTTPTransportConfiguration(userAgent: "another/1"))
    var api = APISettings(
      url: "http://127.0.0.1:\(simulator.port)", token: Source(.environment(name: "UNUSED")))
    api.timeout = timeout
    self.api = api
    client = DXClient(transport: transport, api: api, version: "1.2.3")
    self.bearer = SecretBytes(copying: bearer.utf8)
  }

  deinit { simulator.stop() }

  func update(
    _ secrets: KeyValuePairs<String, String> = ["api_token": "new"],
    of key: CredentialKey = Fixture.key, expirationDate: String? = nil
  ) async -> Exchange {
    await call { client, completion in
      client.update(
        key, secrets: secrets.map { ($0, SecretBytes(copying: $1.utf8)) },
        expirationDate: expirationDate, bearer: self.bearer, completion: completion)
    }
  }

  func list(connection: Int64 = 123) async -> Exchange {
    await call { $0.list(connection: connection, bearer: self.bearer, completion: $1) }
  }

  func info(_ id: Int64) async -> Exchange {
    await call {
      $0.info(CredentialKey(connection: 123, id: id), bearer: self.bearer, completion: $1)
    }
  }

  func reconfigure(_ api: APISettings) async {
    await withCheckedContinuation { continuation in
      queue.async {
        self.client.reconfigure(api)
        continuation.resume()
      }
    }
  }

  private func call(
    _ method: @escaping @Sendable (DXClient, @escaping (Exchange) -> Void) -> Void
  ) async -> Exchange {
    await withCheckedContinuation { continuation in
      queue.async { method(self.client) { continuation.resume(returning: $0) } }
    }
  }

  /// Lets the next call go wrong.
  func fault(_ json: String) async throws {
    try await steer(.post(body: SecretBytes(copying: json.utf8)), "faults")
  }

  /// What the simulated API received.
  func requests() async throws -> [Received] {
    let log = try await steer(.get, "requests?raw=1")
    return try JSONDecoder().decode([Received].self, from: log)
  }

  @discardableResult
  private func steer(_ method: HTTPRequest.Method, _ path: String) async throws -> Data {
    let request = HTTPRequest(
      method: method, url: "http://127.0.0.1:\(simulator.port)/simulator/\(path)")
    let result = await withCheckedContinuation { continuation in
      queue.async { self.transport.send(request) { continuation.resume(returning: $0) } }
    }
    let answer = try result.get()
    try #require(answer.status == 200)
    return Data(answer.body)
  }
}

/// A request as the simulator's log has it.
struct Received: Decodable {
  var method: String
  var path: String
  var headers: [String: String]
  var body: String
}

extension Exchange {
  var answer: Answer? { if case .answered(let answer) = self { answer } else { nil } }

  var object: Answer.Object? { answer?.body.object }

  var failure: String? { if case .failed(let reason) = self { reason } else { nil } }
}

extension Answer.Body {
  var object: Answer.Object? { if case .object(let object) = self { object } else { nil } }
}

extension Redaction {
  init(_ secrets: String...) {
    self.init(of: secrets.map { SecretBytes(copying: $0.utf8) })
  }
}
