import Foundation

/// Stands between the daemon and the simulator, and does to a connection what networks do.
final class HostileProxy: @unchecked Sendable {
  // `behaviour` is guarded by `lock`, the rest never changes; that is why @unchecked holds.

  enum Behaviour: String, CaseIterable {
    case faithful
    /// The answer comes a second late.
    case late
    /// Reset before anything is read.
    case refused
    /// DX has the request and answers it; its answer is lost in a reset.
    case lostAnswer
    /// The request is taken, and nothing ever comes.
    case silent
    /// The answer but for its last bytes.
    case truncated
    /// All of the answer, a byte a second: longer than a request may take.
    case trickled
    /// No HTTP.
    case garbage
    /// The headers, and the end.
    case headersOnly
  }

  let port: UInt16
  private let target: UInt16
  private let listener: Int32
  private let lock = NSLock()
  private var current = Behaviour.faithful

  var behaviour: Behaviour {
    get { lock.withLock { current } }
    set { lock.withLock { current = newValue } }
  }

  var url: String { "http://127.0.0.1:\(port)" }

  init(to target: UInt16) throws {
    self.target = target
    let listener = Self.socket()
    self.listener = listener
    var address = Self.address(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 1024) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    guard result else { throw Failure("the proxy cannot listen: errno \(errno)") }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [weak self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        guard let self else {
          close(client)
          return
        }
        Thread.detachNewThread { self.serve(client) }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// One connection: request after request, each with what is the behaviour then.
  private func serve(_ client: Int32) {
    defer { close(client) }
    let server = Self.socket()
    defer { close(server) }
    var address = Self.address(target)
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard connected else { return }
    while let request = Self.message(from: client) {
      let behaviour = behaviour
      switch behaviour {
      case .refused: return Self.resetWhenClosed(client)
      case .silent:
        _ = Self.message(from: client)
        return
      case .garbage:
        Self.write((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 131) }, to: client)
        return
      case .faithful, .late, .lostAnswer, .truncated, .trickled, .headersOnly: break
      }
      Self.write(request, to: server)
      guard let answer = Self.message(from: server) else { return }
      switch behaviour {
      case .lostAnswer: return Self.resetWhenClosed(client)
      case .truncated:
        Self.write(Array(answer.prefix(answer.count - 8)), to: client)
        return
      case .headersOnly:
        Self.write(Array(answer.dropLast(Self.bodyLength(answer))), to: client)
        return
      case .trickled:
        for byte in answer {
          guard Self.write([byte], to: client) else { return }
          Thread.sleep(forTimeInterval: 1)
        }
      case .late:
        Thread.sleep(forTimeInterval: 1)
        fallthrough
      default: Self.write(answer, to: client)
      }
    }
  }

  // MARK: Sockets

  private static func socket() -> Int32 {
    Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  }

  private static func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  /// A whole HTTP message whose length is given; nil at the end.
  private static func message(from descriptor: Int32) -> [UInt8]? {
    var message: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let head = headLength(message), message.count >= head + bodyLength(message) {
        return message
      }
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      message += buffer.prefix(count)
    }
  }

  private static func headLength(_ message: [UInt8]) -> Int? {
    Data(message).firstRange(of: Data("\r\n\r\n".utf8))?.upperBound
  }

  private static func bodyLength(_ message: [UInt8]) -> Int {
    let head = String(decoding: message.prefix(headLength(message) ?? 0), as: UTF8.self)
    return head.lowercased().components(separatedBy: "content-length: ").dropFirst().first
      .flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
  }

  @discardableResult
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(
          descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  private static func resetWhenClosed(_ descriptor: Int32) {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }
}
