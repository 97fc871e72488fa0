import Foundation

/// An endpoint of the test's own that takes alerts, or behaves badly.
final class WebhookReceiver: @unchecked Sendable {
  // All state is guarded by `changed`; that is why @unchecked holds.

  /// What it does with a request that it has read.
  enum Behaviour {
    case answer(Int, headers: [String] = [], body: String = "ok")
    /// Says nothing, and keeps the connection.
    case hang
    /// Answers with more than anybody reads.
    case flood
  }

  /// What was posted.
  struct Post {
    var path: String
    var headers: [String: String]
    var body: Data

    /// The body as a JSON object.
    func json() throws -> [String: Any] {
      guard let object = try JSONSerialization.jsonObject(with: body) as? [String: Any] else {
        throw Failure("not an object: \(String(decoding: body, as: UTF8.self))")
      }
      return object
    }
  }

  let port: Int
  private let listener: Int32
  private let changed = NSCondition()
  private var posts: [Post] = []
  private var behaviour: Behaviour
  private var hanging: [Int32] = []

  init(_ behaviour: Behaviour = .answer(200)) throws {
    self.behaviour = behaviour
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 64) == 0
          && getsockname(listener, $0, &size) == 0
      }
    }
    guard isBound else { throw Failure("no port: errno \(errno)") }
    port = Int(UInt16(bigEndian: address.sin_port))
    self.listener = listener
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { break }
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        Thread.detachNewThread { [weak self] in
          self?.serve(connection)
        }
      }
      close(listener)
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    for connection in hanging { close(connection) }
  }

  var url: String { "http://127.0.0.1:\(port)" }

  func behave(_ behaviour: Behaviour) { changed.withLock { self.behaviour = behaviour } }

  /// Everything that was posted up to now.
  var present: [Post] { changed.withLock { posts } }

  /// Waits until so many requests have come.
  @discardableResult
  func wait(for count: Int) throws -> [Post] {
    try wait(for: "\(count) posts") { $0.count >= count ? $0 : nil }
  }

  /// Waits until something can be found in what was posted.
  func wait<Found>(
    for what: @autoclosure () -> String, _ find: ([Post]) throws -> Found?
  ) throws -> Found {
    let deadline = Date(timeIntervalSinceNow: patience)
    changed.lock()
    defer { changed.unlock() }
    while true {
      if let found = try find(posts) { return found }
      guard changed.wait(until: deadline) else {
        let bodies = posts.map { String(decoding: $0.body, as: UTF8.self) }
        throw Failure("waiting for \(what()). There was:\n" + bodies.joined(separator: "\n"))
      }
    }
  }

  private func serve(_ connection: Int32) {
    guard let post = Self.read(connection) else {
      close(connection)
      return
    }
    let behaviour = changed.withLock {
      posts.append(post)
      changed.broadcast()
      if case .hang = self.behaviour { hanging.append(connection) }
      return self.behaviour
    }
    switch behaviour {
    case .hang: return
    case .answer(let status, let headers, let body):
      let head = [
        "HTTP/1.1 \(status) X", "Content-Length: \(body.utf8.count)", "Connection: close",
      ]
      Self.write((head + headers).joined(separator: "\r\n") + "\r\n\r\n" + body, to: connection)
    case .flood:
      Self.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", to: connection)
      Self.write(String(repeating: "x", count: 1 << 20), to: connection)
    }
    close(connection)
  }

  private static func read(_ connection: Int32) -> Post? {
    var bytes = Data()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let post = parse(bytes) { return post }
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer.prefix(count)
    }
  }

  private static func parse(_ bytes: Data) -> Post? {
    guard let end = bytes.range(of: Data("\r\n\r\n".utf8)) else { return nil }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
      .components(separatedBy: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 {
        headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
      }
    }
    let body = bytes[end.upperBound...]
    guard body.count >= Int(headers["content-length"] ?? "0") ?? 0 else { return nil }
    let path = lines[0].split(separator: " ").dropFirst().first ?? ""
    return Post(path: String(path), headers: headers, body: Data(body))
  }

  private static func write(_ text: String, to connection: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
