import Glibc

/// A pipe in the place of stderr, with room for 8192 bytes.
final class Pipe {
  // F_SETPIPE_SZ, which Glibc leaves out.
  private static let setPipeSize: Int32 = 1031

  let writeEnd: Int32
  private var readEnd: Int32

  init() throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw DatagramReceiver.Failure() }
    (readEnd, writeEnd) = (ends[0], ends[1])
    // A process that another test starts must not hold the read end open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(writeEnd, Self.setPipeSize, 8192)
    _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
  }

  deinit {
    closeReadEnd()
    close(writeEnd)
  }

  /// The reader goes away.
  func closeReadEnd() {
    if readEnd >= 0 { close(readEnd) }
    readEnd = -1
  }

  /// Everything that is in the pipe now.
  func drain() -> String {
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = read(readEnd, &buffer, buffer.count), count > 0 {
      text += buffer.prefix(count)
    }
    return String(decoding: text, as: UTF8.self)
  }
}
