import Foundation

/// A TCP wire to a member that can be cut: what is on it then, and what comes later, arrives nowhere, and nobody is told.
package final class Wire: @unchecked Sendable {
  // All state is guarded by `changed`; that is why @unchecked holds.

  /// What a client reaches the member by.
  package let endpoint: String
  private let listener: Int32
  private let port: Int
  private let changed = NSCondition()
  private var isCut = false

  /// Lays a wire.
  package init(to member: EtcdMember) throws {
    guard let port = member.endpoint.split(separator: ":").last.flatMap({ Int($0) }) else {
      throw FixtureFailure("no port in \(member.endpoint)")
    }
    self.port = port
    let (listener, own) = try Loopback.listener()
    self.listener = listener
    endpoint = "http://127.0.0.1:\(own)"
    Thread.detachNewThread { [weak self] in
      while true {
        let near = accept(listener, nil, nil)
        guard near >= 0, let wire = self else { break }
        guard let far = Loopback.connection(port: wire.port) else {
          close(near)
          continue
        }
        wire.join(near, far)
      }
      close(listener)
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  /// Cuts it.
  package func cut() { set(isCut: true) }

  /// Mends it: what was on it goes on.
  package func mend() { set(isCut: false) }

  private func set(isCut: Bool) {
    changed.withLock {
      self.isCut = isCut
      changed.broadcast()
    }
  }

  private func join(_ near: Int32, _ far: Int32) {
    let both = DispatchGroup()
    for (from, to) in [(near, far), (far, near)] {
      both.enter()
      Thread.detachNewThread { [weak self] in
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
          let count = read(from, &buffer, buffer.count)
          guard count > 0, let wire = self else { break }
          wire.waitUntilWhole()
          guard Self.write(buffer.prefix(count), to: to) else { break }
        }
        shutdown(to, Int32(SHUT_WR))
        both.leave()
      }
    }
    both.notify(queue: .global()) {
      close(near)
      close(far)
    }
  }

  private func waitUntilWhole() {
    changed.lock()
    while isCut { changed.wait() }
    changed.unlock()
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
