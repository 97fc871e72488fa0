import Glibc

/// One message to a socket of systemd's.
///
/// Stands in for `sd_notify` and `sd_journal_sendv`. Both block without end when nobody reads the socket, which would
/// stop the loop, and the second reports success when there is no journal. The two protocols are documented and
/// stable: sd_notify(3) and https://systemd.io/JOURNAL_NATIVE_PROTOCOL/.
enum Datagram {
  /// Sends `bytes` as one datagram; waits for room in the receiver's queue no longer than `deadline`.
  ///
  /// A socket of its own for each message: a receiver that was restarted is found again.
  ///
  /// - Returns: whether the receiver's queue took it; false also where there is no receiver.
  static func send(_ bytes: [UInt8], to address: UnixAddress, by deadline: Deadline) -> Bool {
    let kind = SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let descriptor = socket(AF_UNIX, Int32(kind), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }

    // Connected, because poll(2) tells of room in the queue of a connected receiver only.
    guard address.withSocketAddress({ connect(descriptor, $0, $1) }) == 0 else { return false }
    while Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) < 0 {
      switch errno {
      case EINTR: continue
      case EAGAIN where !deadline.hasPassed && deadline.waitsUntilWritable(descriptor): continue
      default: return false
      }
    }
    return true
  }
}
