import Foundation
import Glibc

@testable import DXSimulator

/// What a client got: the exact bytes matter, so it is made of a socket and nothing else.
struct Answer: Equatable {
  var status: Int
  var headers: [String: String]
  var body: String

  var json: JSON? { try? JSON(parsing: Data(body.utf8)) }
}

/// One connection to a simulator, kept alive from request to request.
final class Client {
  enum Failure: Error, Equatable {
    case reset
    /// The end of the connection, after this much of an answer.
    case closed(received: String)
    case other(Int32)
  }

  private let descriptor: Int32

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    // A simulator that never answers is a failure, not a test that never ends.
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure.other(errno) }
  }

  deinit {
    close(descriptor)
  }

  func request(
    _ method: String, _ target: String, headers: [String: String] = [:], body: String? = nil
  ) throws -> Answer {
    try send(method, target, headers: headers, body: body)
    return try receive()
  }

  /// Sends a request whose answer nobody reads yet.
  func send(
    _ method: String, _ target: String, headers: [String: String] = [:], body: String? = nil
  ) throws {
    var text = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
    try send(text + "\r\n" + (body ?? ""))
  }

  /// Sends bytes as they are.
  func send(_ text: String) throws {
    let bytes = Array(text.utf8)
    let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    guard count == bytes.count else { throw Failure.other(errno) }
  }

  func receive() throws -> Answer {
    var received: [UInt8] = []
    while true {
      if let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
        let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self)
          .components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
          let parts = line.components(separatedBy: ": ")
          headers[parts[0].lowercased()] = parts.dropFirst().joined(separator: ": ")
        }
        let length = Int(headers["content-length"] ?? "") ?? 0
        if received.count >= end.upperBound + length {
          return Answer(
            status: Int(lines[0].split(separator: " ")[1]) ?? 0, headers: headers,
            body: String(decoding: received[end.upperBound...], as: UTF8.self))
        }
      }
      var buffer = [UInt8](repeating: 0, count: 65536)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0 { throw errno == ECONNRESET ? Failure.reset : Failure.other(errno) }
      if count == 0 { throw Failure.closed(received: String(decoding: received, as: UTF8.self)) }
      received += buffer[..<count]
    }
  }
}
