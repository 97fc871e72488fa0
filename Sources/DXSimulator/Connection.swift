import Foundation
import Glibc

/// One client's connection: reads its requests and writes the answers, on a thread of its own.
final class Connection {
  /// What a request may measure; beyond it the connection is closed.
  private enum Limit {
    static let head = 64 * 1024
    static let body = 64 * 1024 * 1024
  }

  /// POLLRDHUP of poll(2), which the Glibc module leaves out.
  private static let hangUp: Int16 = 0x2000

  /// The connection cannot go on: the client has gone, or sent what is no HTTP.
  private struct Broken: Error {}

  // Owned by `Server`, which closes it once `serve` has returned.
  private let descriptor: Int32
  private var received: [UInt8] = []

  init(descriptor: Int32) {
    self.descriptor = descriptor
    var on: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Answers one request after another until either side ends the connection.
  func serve(_ answer: (HTTPRequest, Connection) -> Delivery) {
    do {
      while let request = try nextRequest() {
        let delivery = answer(request, self)
        guard try deliver(delivery, keepsAlive: request.keepsAlive) else { return }
      }
    } catch {
      // Nobody is left to tell.
    }
  }

  /// Waits, and returns false as soon as the client hangs up or the server stops.
  func pause(milliseconds: Double) -> Bool {
    let end = DispatchTime.now().uptimeNanoseconds + UInt64(max(0, milliseconds) * 1_000_000)
    while true {
      let now = DispatchTime.now().uptimeNanoseconds
      guard now < end else { return true }
      let wait = min((end - now) / 1_000_000 + 1, UInt64(Int32.max))
      var interest = pollfd(fd: descriptor, events: Self.hangUp, revents: 0)
      if poll(&interest, 1, Int32(wait)) > 0 { return false }
    }
  }

  // MARK: Reading

  private func nextRequest() throws -> HTTPRequest? {
    guard let head = try nextHead() else { return nil }
    guard var request = HTTPRequest(head: head), request.headers["transfer-encoding"] == nil,
      let length = Int(request.headers["content-length"] ?? "0"), 0...Limit.body ~= length
    else {
      let refusal = HTTPResponse(
        status: 400, ["error": "expected HTTP/1.1 with Content-Length and no Transfer-Encoding"])
      _ = try deliver(.whole(refusal), keepsAlive: false)
      return nil
    }
    if request.headers["expect"]?.lowercased() == "100-continue", received.count < length {
      try write(Data("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }
    while received.count < length { guard try receive() else { throw Broken() } }
    request.body = Data(received.prefix(length))
    received.removeFirst(length)
    return request
  }

  /// The bytes before the next empty line; nil at the end of the connection.
  private func nextHead() throws -> [UInt8]? {
    let separator = Array("\r\n\r\n".utf8)
    var searched = 0
    while true {
      if let end = received.dropFirst(searched).firstRange(of: separator) {
        let head = Array(received[..<end.lowerBound])
        received.removeFirst(end.upperBound)
        return head
      }
      searched = max(0, received.count - separator.count + 1)
      guard received.count <= Limit.head else { throw Broken() }
      guard try receive() else { return nil }
    }
  }

  /// Adds what has come to `received`; false at the end of the connection.
  private func receive() throws -> Bool {
    let bytes = try [UInt8](unsafeUninitializedCapacity: 16 * 1024) { buffer, count in
      var result: Int
      repeat {
        result = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      } while result < 0 && errno == EINTR
      guard result >= 0 else { throw Broken() }
      count = result
    }
    received += bytes
    return !bytes.isEmpty
  }

  // MARK: Writing

  /// Whether the connection stays open.
  private func deliver(_ delivery: Delivery, keepsAlive: Bool) throws -> Bool {
    switch delivery {
    case .whole(let response):
      try write(response.head(keepsAlive: keepsAlive) + response.body)
      return keepsAlive
    case .slow(let response, let pace):
      try write(response.head(keepsAlive: keepsAlive))
      for byte in response.body {
        guard pause(milliseconds: pace) else { return false }
        try write(Data([byte]))
      }
      return keepsAlive
    case .truncated(let response):
      try write(
        response.head(keepsAlive: keepsAlive) + response.body.prefix(response.body.count / 2))
      return false
    case .reset:
      // Closing now, without lingering, sends a reset instead of an orderly end.
      var abort = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
      return false
    }
  }

  private func write(_ data: Data) throws {
    try data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
      var rest = bytes[...]
      while !rest.isEmpty {
        let chunk = UnsafeRawBufferPointer(rebasing: rest)
        let count = send(descriptor, chunk.baseAddress, chunk.count, Int32(MSG_NOSIGNAL))
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw Broken() }
        rest = rest.dropFirst(count)
      }
    }
  }
}
