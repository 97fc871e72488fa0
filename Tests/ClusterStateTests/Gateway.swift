import EtcdFixture
import Foundation

/// Stands before an etcd, and may lose its answers, or do something before it asks.
final class Gateway: @unchecked Sendable {
  // What the tests set is set before the first request; the counts are guarded by `lock`.

  let endpoint: String
  /// Whether the answer to the how-manieth request of a path, from 1, is lost.
  var loses: @Sendable (_ path: String, _ number: Int) -> Bool = { _, _ in false }
  /// Called before a request is passed on.
  var before: @Sendable (_ path: String, _ number: Int) -> Void = { _, _ in }

  /// Called when a request was passed on and answered.
  var after: @Sendable (_ path: String) -> Void = { _ in }

  private let member: EtcdMember
  private let listener: Int32
  private let lock = NSLock()
  private var counts: [String: Int] = [:]
  private var lost = 0

  /// How many answers were lost.
  var lostAnswers: Int { lock.withLock { lost } }

  init(to member: EtcdMember) throws {
    self.member = member
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 16) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    guard isBound else { throw FixtureFailure("no port for a gateway") }
    endpoint = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0, let gateway = self else { break }
        Thread.detachNewThread { gateway.serve(connection) }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// Answers one request, and closes the connection.
  private func serve(_ connection: Int32) {
    defer { close(connection) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { return }
      bytes += buffer.prefix(count)
      guard let request = Request(bytes) else { continue }
      answer(request, connection)
      return
    }
  }

  private func answer(_ request: Request, _ connection: Int32) {
    let number = lock.withLock {
      counts[request.path, default: 0] += 1
      return counts[request.path] ?? 0
    }
    before(request.path, number)
    guard let (status, body) = try? member.exchange(request.path, request.body) else { return }
    after(request.path)
    if loses(request.path, number) {
      lock.withLock { lost += 1 }
      return
    }
    let text = """
      HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)
      """
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  private struct Request {
    let path: String
    let body: String

    /// Nil while it is not complete.
    init?(_ bytes: [UInt8]) {
      let text = String(decoding: bytes, as: UTF8.self)
      guard let end = text.range(of: "\r\n\r\n") else { return nil }
      let head = text[..<end.lowerBound]
      body = String(text[end.upperBound...])
      let length = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
      guard body.utf8.count == length.flatMap({ Int($0.dropFirst(16)) }) else { return nil }
      path = String(head.split(separator: " ")[1].dropFirst("/v3/".count))
    }
  }
}
