import Glibc

/// A receiver of datagrams, as the service manager and journald are.
final class DatagramReceiver {
  enum Kind: CaseIterable { case path, abstract }

  struct Failure: Error { let code = errno }

  /// The address as in `$NOTIFY_SOCKET`.
  let name: String
  private let descriptor: Int32

  convenience init(_ kind: Kind = .path) throws {
    let unique = String(UInt64.random(in: 0...(.max)), radix: 36)
    try self.init(name: kind == .path ? "/tmp/\(unique).socket" : "@\(unique)")
  }

  init(name: String) throws {
    self.name = name
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(name.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) {
      $0.copyBytes(from: bytes)
      if name.hasPrefix("@") { $0[0] = 0 }
    }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard result == 0 else { throw Failure() }
  }

  deinit {
    close(descriptor)
    unlink(name)
  }

  /// The next datagram, nil where none is waiting: a sender has returned before anyone asks.
  func next() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    return count < 0 ? nil : Array(buffer.prefix(count))
  }

  func nextText() -> String? {
    next().map { String(decoding: $0, as: UTF8.self) }
  }
}
