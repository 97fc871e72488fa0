import Foundation

/// A request as it came over the wire.
struct HTTPRequest: Sendable {
  let method: String
  /// Path and query as sent.
  let target: String
  let version: String
  /// Names in lower case; values of a repeated name are joined by ", ".
  let headers: [String: String]
  var body = Data()

  /// Parses the request line and the headers, without the empty line that ends them.
  init?(head: some Collection<UInt8>) {
    var lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")[...]
    let requestLine = lines.popFirst()?.split(separator: " ", omittingEmptySubsequences: false)
    guard let requestLine, requestLine.count == 3, requestLine[1].hasPrefix("/"),
      requestLine[2].hasPrefix("HTTP/1.")
    else { return nil }
    var headers: [String: String] = [:]
    for line in lines {
      guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else { return nil }
      let name = line[..<colon].lowercased()
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      headers[name] = headers[name].map { $0 + ", " + value } ?? value
    }
    method = String(requestLine[0])
    target = String(requestLine[1])
    version = String(requestLine[2])
    self.headers = headers
  }

  var path: Substring {
    target.prefix { $0 != "?" }
  }

  /// The parts of the path between its slashes.
  var segments: [String] {
    path.split(separator: "/").map(String.init)
  }

  /// The value of a query argument.
  func argument(_ name: String) -> String? {
    URLComponents(string: target)?.queryItems?.first { $0.name == name }?.value
  }

  /// Whether the client expects the connection to stay open.
  var keepsAlive: Bool {
    let connection = headers["connection"]?.lowercased() ?? ""
    return version == "HTTP/1.0" ? connection == "keep-alive" : connection != "close"
  }
}

/// An answer.
struct HTTPResponse: Sendable {
  var status: Int
  var contentType: String
  var headers: [String: String] = [:]
  var body: Data

  init(status: Int, contentType: String, headers: [String: String] = [:], body: Data) {
    self.status = status
    self.contentType = contentType
    self.headers = headers
    self.body = body
  }

  init(status: Int = 200, headers: [String: String] = [:], _ json: JSON) {
    self.init(
      status: status, contentType: "application/json", headers: headers, body: json.text)
  }

  /// The status line and the headers, with the empty line that ends them.
  func head(keepsAlive: Bool) -> Data {
    var text = "HTTP/1.1 \(status) \(Self.reason(of: status))\r\n"
    text += "Content-Type: \(contentType)\r\n"
    text += "Content-Length: \(body.count)\r\n"
    for (name, value) in headers.sorted(by: { $0.key < $1.key }) { text += "\(name): \(value)\r\n" }
    if !keepsAlive { text += "Connection: close\r\n" }
    return Data((text + "\r\n").utf8)
  }

  private static func reason(of status: Int) -> String {
    switch status {
    case 200: "OK"
    case 302: "Found"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 422: "Unprocessable Entity"
    case 429: "Too Many Requests"
    case 500: "Internal Server Error"
    case 503: "Service Unavailable"
    default: "Status \(status)"
    }
  }
}

/// How an answer goes over the wire.
enum Delivery: Sendable {
  case whole(HTTPResponse)
  /// The body byte by byte, each after this many milliseconds.
  case slow(HTTPResponse, millisecondsPerByte: Double)
  /// Half of the body that Content-Length announces, then the end of the connection.
  case truncated(HTTPResponse)
  /// No answer: the connection is reset.
  case reset

  /// The status that the client sees; nil when there is no answer.
  var status: Int? {
    switch self {
    case .whole(let response), .slow(let response, _), .truncated(let response): response.status
    case .reset: nil
    }
  }
}
