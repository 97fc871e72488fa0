import Foundation
import Glibc

/// A server on a loopback port; each connection runs a script on a thread of its own.
final class LoopbackServer: @unchecked Sendable {
  let port: UInt16
  var url: String { "http://127.0.0.1:\(port)/" }

  private let listener: Int32
  private let lock = NSLock()
  private var recorded: [String] = []
  private var accepted = 0

  init(_ script: @escaping @Sendable (ServerConnection) -> Void) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(listener, generic, length) == 0 && listen(listener, 1_024) == 0
          && getsockname(listener, generic, &length) == 0
      }
    }
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
    guard bound else { throw POSIXError(.EADDRINUSE) }
    // The thread closes the listener, nobody else: its number could be another server's by the next accept.
    Thread.detachNewThread { [weak self] in
      while true {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { break }
        guard let self else {
          close(descriptor)
          break
        }
        self.serve(descriptor, script)
      }
      close(listener)
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve(_ descriptor: Int32, _ script: @escaping @Sendable (ServerConnection) -> Void)
  {
    // A child of another test that inherited it would keep it open.
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    let connection = ServerConnection(descriptor: descriptor, number: nextNumber()) {
      [weak self] in self?.record($0)
    }
    Thread.detachNewThread {
      script(connection)
      connection.close()
    }
  }

  /// Head and body of all requests read so far.
  var requests: [String] { lock.withLock { recorded } }

  /// How many connections have been accepted so far.
  var connections: Int { lock.withLock { accepted } }

  private func record(_ request: String) { lock.withLock { recorded.append(request) } }

  private func nextNumber() -> Int {
    lock.withLock {
      accepted += 1
      return accepted
    }
  }
}

/// The server's end of one connection, used by its thread only.
final class ServerConnection: @unchecked Sendable {
  /// 1 for the first.
  let number: Int
  private var descriptor: Int32
  private let record: (String) -> Void
  private var buffered = ""

  init(descriptor: Int32, number: Int, record: @escaping (String) -> Void) {
    self.descriptor = descriptor
    self.number = number
    self.record = record
  }

  /// One whole request, or nil at the end of the connection.
  func readRequest() -> String? {
    while true {
      if let head = buffered.range(of: "\r\n\r\n") {
        let length =
          buffered[..<head.lowerBound].components(separatedBy: "\r\n")
          .first { $0.lowercased().hasPrefix("content-length:") }
          .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        let body = buffered[head.upperBound...].utf8
        if body.count >= length {
          let end = body.index(body.startIndex, offsetBy: length)
          let request = String(buffered[..<end])
          buffered = String(buffered[end...])
          record(request)
          return request
        }
      }
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let count = read(descriptor, &bytes, bytes.count)
      guard count > 0 else { return nil }
      buffered += String(decoding: bytes.prefix(count), as: UTF8.self)
    }
  }

  /// Writes everything; false when the other side has gone.
  @discardableResult
  func write(_ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  @discardableResult
  func answer(_ body: String = "{}", status: String = "200 OK", headers: String = "") -> Bool {
    write("HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
  }

  /// Answers every request of the connection in the same way.
  func answerAll(_ body: String = "{}") {
    while readRequest() != nil { answer(body) }
  }

  /// Waits until the other side has closed.
  func waitForClose() {
    while readRequest() != nil {}
  }

  func close() {
    guard descriptor >= 0 else { return }
    Glibc.close(descriptor)
    descriptor = -1
  }

  /// Closes with a reset instead of an orderly end.
  func reset() {
    var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    close()
  }
}
