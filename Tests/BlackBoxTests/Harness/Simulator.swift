import Foundation

/// A `dx-simulator` of the test's own.
final class Simulator {
  /// A request that it received.
  struct Request: Decodable {
    var n: Int
    /// Milliseconds since the epoch.
    var at: Int
    var method: String
    var path: String
    var headers: [String: String]
    var body: String
    var status: Int?
    var outcome: String
  }

  /// Which requests.
  enum Method: String {
    case update, list, info
  }

  let port: UInt16
  private let process: ChildProcess
  private let file: String

  /// Starts one, and waits until it listens.
  init(_ toml: String, port: UInt16 = 0) throws {
    file = "/tmp/dx-\(UUID().uuidString).toml"
    try toml.write(toFile: file, atomically: true, encoding: .utf8)
    process = try ChildProcess(
      Program.simulator.path, ["--config", file, "--port", String(port)])
    self.port = try process.output.wait(for: "the simulator's port") { lines, _ in
      lines.first.flatMap { UInt16($0.split(separator: ":").last ?? "") }
    }
  }

  deinit {
    process.signal(SIGKILL)
    unlink(file)
  }

  var url: String { "http://127.0.0.1:\(port)" }

  /// Ends it: nobody listens there any more.
  func stop() throws {
    process.signal(SIGTERM)
    _ = try process.wait()
  }

  // MARK: What it received

  /// All requests, or all of a method, up to now.
  func requests(_ method: Method? = nil) throws -> [Request] {
    try requests(method, "")
  }

  /// Waits until there are so many requests, of one method or of any, answered or being delayed.
  @discardableResult
  func wait(for count: Int, _ method: Method? = nil) throws -> [Request] {
    let found = try requests(method, "&wait=\(Int(patience))&count=\(count)")
    guard found.count >= count else {
      throw Failure(
        "\(count) requests \(method.map { "\($0)" } ?? "") were expected, \(found.count) came")
    }
    return found
  }

  private func requests(_ method: Method?, _ query: String) throws -> [Request] {
    let match = method.map { "&match=\($0.rawValue)" } ?? ""
    return try JSONDecoder().decode(
      [Request].self, from: steer("GET", "requests?raw=1" + match + query))
  }

  /// The secrets that DX has for a credential.
  func secrets(_ connection: Int, _ id: Int) throws -> [String: String] {
    try JSONDecoder().decode(
      [String: String].self, from: steer("GET", "accepted/\(connection)/\(id)?raw=1"))
  }

  // MARK: Steering

  /// Adds a fault, as docs/simulator.md describes them.
  func fault(_ json: String) throws {
    _ = try steer("POST", "faults", json)
  }

  /// Clears all faults.
  func clearFaults() throws {
    _ = try steer("DELETE", "faults")
  }

  /// Changes a credential.
  func change(_ connection: Int, _ id: Int, _ json: String) throws {
    _ = try steer("PATCH", "credentials/\(connection)/\(id)", json)
  }

  /// Changes the key that is accepted.
  func accept(key: String) throws {
    _ = try steer("PUT", "key", #"{"key":"\#(key)"}"#)
  }

  private func steer(_ method: String, _ target: String, _ body: String = "") throws -> Data {
    let answer = try HTTPClient.request(method, port: port, "/simulator/" + target, body: body)
    guard answer.status == 200 else {
      throw Failure("\(method) \(target): \(String(decoding: answer.body, as: UTF8.self))")
    }
    return answer.body
  }
}
