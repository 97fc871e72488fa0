import Foundation

/// What a test or a person asks of the simulator itself, under `/simulator`.
struct Steering: Sendable {
  /// The longest that a request waits.
  private static let longestWait = 600.0

  /// Why a request was not obeyed.
  private struct Refusal: Error {
    let status: Int
    let message: String
  }

  let state: Monitor<State>

  func answer(_ request: HTTPRequest) -> HTTPResponse {
    do {
      return try obey(request)
    } catch let refusal as Refusal {
      return HTTPResponse(status: refusal.status, ["error": .string(refusal.message)])
    } catch let error as DecodingError {
      return HTTPResponse(status: 400, ["error": .string(error.explanation)])
    } catch {
      return HTTPResponse(status: 400, ["error": .string("\(error)")])
    }
  }

  private func obey(_ request: HTTPRequest) throws -> HTTPResponse {
    let segments = Array(request.segments.dropFirst())
    switch (request.method, segments.first, segments.count) {
    case ("GET", "requests", 1):
      return try requests(request)
    case ("DELETE", "requests", 1):
      state.with { $0.log.clear() }
      return .done
    case ("PUT", "key", 1):
      guard let key = try JSON(parsing: request.body)["key"]?.string else {
        throw Refusal(status: 400, message: "expected {\"key\":\"…\"}")
      }
      state.with { $0.key = key }
      return .done
    case ("GET", "faults", 1):
      return HTTPResponse(.array(state.with { $0.faults.map(\.json) }))
    case ("POST", "faults", 1):
      let source = try JSON(parsing: request.body)
      var fault = try source.decoded(as: Fault.self)
      fault.source = source
      state.with { [fault] in $0.faults.append(fault) }
      return .done
    case ("DELETE", "faults", 1):
      state.with { $0.faults = [] }
      return .done
    case ("PATCH", "credentials", 3):
      let change = try CredentialChange(JSON(parsing: request.body))
      try withCredential(segments) { change.apply(to: &$0) }
      return .done
    case ("GET", "accepted", 3):
      let secrets = try withCredential(segments) { JSON.object($0.secrets) }
      return HTTPResponse(isRaw(request) ? secrets : Redaction.secret(secrets))
    default:
      throw Refusal(status: 404, message: "no such command: \(request.method) \(request.path)")
    }
  }

  private func requests(_ request: HTTPRequest) throws -> HTTPResponse {
    let query = RequestLog.Query(
      after: try number("after", in: request).map { Int($0) } ?? 0,
      method: try method(request), settledOnly: request.argument("settled") == "1")
    let count = try number("count", in: request).map { Int($0) } ?? 1
    let wait = min(try number("wait", in: request) ?? 0, Self.longestWait)
    if wait > 0 {
      state.wait(until: Date(timeIntervalSinceNow: wait)) {
        $0.isStopping || $0.log.entries(query).count >= count
      }
    }
    let entries = state.with { $0.log.entries(query) }
    return HTTPResponse(.array(entries.map { $0.json(raw: isRaw(request)) }))
  }

  private func method(_ request: HTTPRequest) throws -> APICall.Method? {
    try request.argument("match").map { name in
      guard let method = APICall.Method(rawValue: name) else {
        throw Refusal(status: 400, message: "match: no such method: \(name)")
      }
      return method
    }
  }

  private func number(_ name: String, in request: HTTPRequest) throws -> Double? {
    guard let text = request.argument(name) else { return nil }
    guard let value = Double(text), 0...1e9 ~= value else {
      throw Refusal(status: 400, message: "\(name): expected a number, found \(text)")
    }
    return value
  }

  private func isRaw(_ request: HTTPRequest) -> Bool {
    request.argument("raw") == "1"
  }

  /// The credential that a path `…/CONNECTION/ID` names, whether it exists at present or not.
  private func withCredential<Result>(
    _ segments: [String], _ body: (inout Store.Credential) throws -> Result
  ) throws -> Result {
    try state.with { state in
      guard let connection = Int(segments[1]), let id = Int(segments[2]),
        var credential = state.store.connections[connection]?.credentials[id]
      else {
        throw Refusal(status: 404, message: "no credential \(segments[1])/\(segments[2])")
      }
      defer { state.store.connections[connection]?.credentials[id] = credential }
      return try body(&credential)
    }
  }
}

extension Fault {
  /// As it was posted, with the calls that it will still meet.
  fileprivate var json: JSON {
    var members = source.object ?? [:]
    members["times"] = .integer(times)
    return .object(members)
  }
}

extension HTTPResponse {
  fileprivate static var done: HTTPResponse { HTTPResponse(["ok": true]) }
}
