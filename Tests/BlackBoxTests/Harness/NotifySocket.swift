import Foundation

/// The service manager's end of sd_notify(3): a datagram socket, read message by message.
final class NotifySocket {
  /// One message: its assignments, in their order.
  struct Message: CustomStringConvertible {
    let description: String

    subscript(name: String) -> String? {
      description.split(separator: "\n").first { $0.hasPrefix(name + "=") }
        .map { String($0.dropFirst(name.count + 1)) }
    }
  }

  let path: String
  private let descriptor: Int32

  init(in place: Workplace) throws {
    path = place.root + "/notify"
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var longest = timeval(tv_sec: Int(patience), tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &longest, socklen_t(MemoryLayout<timeval>.size))
    guard UnixAddress(path).bind(descriptor) == 0 else { throw Failure("bind: errno \(errno)") }
  }

  deinit { close(descriptor) }

  /// The next message; waits for it.
  func next() throws -> Message {
    guard let message = receive(0) else { throw Failure("no message for the service manager") }
    return message
  }

  /// The next message, if it comes within some seconds.
  func next(within seconds: Int) -> Message? {
    var longest = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &longest, socklen_t(MemoryLayout<timeval>.size))
    return receive(0)
  }

  /// The next message that has this assignment, whatever comes before it.
  func next(with name: String) throws -> Message {
    while true {
      let message = try next()
      if message[name] != nil { return message }
    }
  }

  /// Those that wait to be read.
  func waiting() -> [Message] {
    var messages: [Message] = []
    while let message = receive(Int32(MSG_DONTWAIT)) { messages.append(message) }
    return messages
  }

  private func receive(_ flags: Int32) -> Message? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, flags)
    guard count >= 0 else { return nil }
    return Message(description: String(decoding: buffer.prefix(count), as: UTF8.self))
  }
}

/// The address of a Unix socket.
struct UnixAddress {
  private var address = sockaddr_un()

  init(_ path: String) {
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
  }

  func bind(_ descriptor: Int32) -> Int32 { with { Glibc.bind(descriptor, $0, $1) } }

  func connect(_ descriptor: Int32) -> Int32 { with { Glibc.connect(descriptor, $0, $1) } }

  private func with(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
