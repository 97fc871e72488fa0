import Foundation

/// A request read as a call of one of DX's methods.
enum APICall: Sendable {
  /// `body` is nil when it is not JSON, or not announced as such.
  case update(connection: Int, body: JSON?)
  case list(connection: Int)
  case info(connection: Int, credential: Int)
  case connections
  /// No such method; `status` says whether the path or the verb is wrong.
  case unknown(status: Int)

  /// The name of a method, as faults and waiting tests give it.
  enum Method: String, Codable, Sendable {
    case update, list, info, connections, unknown
  }

  init(_ request: HTTPRequest) {
    let (expectedVerb, call) = Self.read(request)
    self = request.method == expectedVerb ? call : .unknown(status: 405)
  }

  private static func read(_ request: HTTPRequest) -> (verb: String, call: APICall) {
    let segments = request.segments
    if segments == ["api", "connections.list"] { return ("GET", .connections) }
    guard segments.count >= 4, segments[0] == "api", segments[1] == "connections",
      let connection = Int(segments[2])
    else { return (request.method, .unknown(status: 404)) }

    switch (segments[3], segments.count) {
    case ("credentials.update", 4):
      let isJSON = request.headers["content-type"]?.lowercased().hasPrefix("application/json")
      let body = isJSON == true ? try? JSON(parsing: request.body) : nil
      return ("POST", .update(connection: connection, body: body))
    case ("credentials.list", 4):
      return ("GET", .list(connection: connection))
    case ("credentials.info", 5):
      guard let credential = Int(segments[4]) else { fallthrough }
      return ("GET", .info(connection: connection, credential: credential))
    default:
      return (request.method, .unknown(status: 404))
    }
  }

  var method: Method {
    switch self {
    case .update: .update
    case .list: .list
    case .info: .info
    case .connections: .connections
    case .unknown: .unknown
    }
  }

  /// The connection it names.
  var connection: Int? {
    switch self {
    case .update(let connection, _), .list(let connection), .info(let connection, _): connection
    case .connections, .unknown: nil
    }
  }

  /// The credential it names.
  var credential: Int? {
    switch self {
    case .update(_, let body): body?["id"]?.integer
    case .info(_, let credential): credential
    case .list, .connections, .unknown: nil
    }
  }
}
