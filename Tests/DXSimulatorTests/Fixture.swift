import Foundation
import Testing

@testable import DXSimulator

/// A simulator with one Jira connection, and a client of it.
final class Fixture {
  static let configuration = """
    {"key": "key-1", "connection": [
      {"id": 123, "type": "jira_cloud", "name": "Jira", "credential": [
        {"id": 456, "label": "Token", "expiration_date": "2026-12-31", "rule": [
          {"secret": "api_token", "pattern": "bad-*", "error": "Invalid credentials",
           "display_message": "Refused: {secret}", "raw_message": "401 {secret}"},
          {"pattern": "*twice*", "error": "Duplicate secrets", "status": 400,
           "display_message": "There is one already"}]},
        {"id": 457, "deleted_at": "2026-02-01T00:00:00.000Z"}]}]}
    """

  private let simulator: Simulator
  private let client: Client

  init(
    configuration: String = Fixture.configuration,
    clock: @escaping @Sendable () -> Date = { Date() }
  ) throws {
    simulator = try Simulator(
      JSONDecoder().decode(SimulatorConfiguration.self, from: Data(configuration.utf8)),
      clock: clock)
    client = try Client(port: simulator.port)
  }

  deinit {
    simulator.stop()
  }

  static let headers = ["Authorization": "Bearer key-1", "Content-Type": "application/json"]

  var port: UInt16 { simulator.port }

  func stop() {
    simulator.stop()
  }

  // The client is used through the fixture only, which so outlives the exchange.

  func request(
    _ method: String, _ target: String, headers: [String: String] = [:], body: String? = nil
  ) throws -> Answer {
    try client.request(method, target, headers: headers, body: body)
  }

  func send(_ text: String) throws {
    try client.send(text)
  }

  func receive() throws -> Answer {
    try client.receive()
  }

  func get(_ target: String) throws -> Answer {
    try client.request("GET", target, headers: Self.headers)
  }

  func update(_ body: String, connection: Int = 123) throws -> Answer {
    try client.request(
      "POST", "/api/connections/\(connection)/credentials.update", headers: Self.headers,
      body: body)
  }

  /// Sends a steering command, which has to succeed.
  @discardableResult
  func steer(_ method: String, _ target: String, _ body: String? = nil) throws -> JSON {
    let answer = try Client(port: simulator.port)
      .request(method, "/simulator/" + target, body: body)
    try #require(answer.status == 200, "\(answer.body)")
    return try #require(answer.json)
  }

  func requests(_ query: String = "") throws -> [JSON] {
    guard case .array(let entries) = try steer("GET", "requests" + query) else { return [] }
    return entries
  }

  func expirationDate(_ credential: Int = 456) throws -> JSON? {
    try get("/api/connections/123/credentials.info/\(credential)")
      .json?["credential"]?["expiration_date"]
  }

  func accepted(_ credential: Int = 456) throws -> JSON {
    try steer("GET", "accepted/123/\(credential)?raw=1")
  }
}

/// An update that is accepted.
let goodUpdate = #"{"id":456,"secrets":{"api_token":"new"}}"#
