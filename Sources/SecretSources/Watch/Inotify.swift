import Glibc

/// An inotify(7) descriptor, closed with its last reference.
final class Inotify {
  /// Something happened to a watched directory, or to `name` in it.
  struct Event {
    let watch: Int32
    let mask: UInt32
    let name: String?

    /// Whether the event is of one of these kinds.
    func isAny<Number: BinaryInteger>(of kinds: Number...) -> Bool {
      kinds.contains { mask & UInt32(truncatingIfNeeded: $0) != 0 }
    }
  }

  // IN_MODIFY is not among them: a file being written says so once, when it is closed.
  private static let kinds =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB
    | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW

  private static let headerSize = MemoryLayout<inotify_event>.size
  // After so many full buffers the queue's other work has its turn; the source fires again at once.
  private static let buffersPerTurn = 16

  let descriptor: Int32
  private let buffer: UnsafeMutableRawBufferPointer

  /// Opens a descriptor; throws the error of inotify_init1(2).
  init() throws(SystemError) {
    descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    buffer = .allocate(byteCount: 65536, alignment: MemoryLayout<inotify_event>.alignment)
    guard descriptor >= 0 else { throw SystemError(code: errno) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    buffer.deallocate()
  }

  /// Watches a directory; the same directory has the same number.
  func add(directory path: String) throws(SystemError) -> Int32 {
    let watch = inotify_add_watch(descriptor, path, UInt32(truncatingIfNeeded: Self.kinds))
    guard watch >= 0 else { throw SystemError(code: errno) }
    return watch
  }

  /// Ends a watch.
  func remove(_ watch: Int32) {
    inotify_rm_watch(descriptor, watch)
  }

  /// Hands over the events that are there, without waiting for more.
  func drain(_ take: (Event) -> Void) {
    for _ in 0..<Self.buffersPerTurn {
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      var offset = 0
      while offset + Self.headerSize <= count {
        let header = buffer.load(fromByteOffset: offset, as: inotify_event.self)
        let start = offset + Self.headerSize
        let end = min(start + Int(header.len), count)
        // The name is filled up with NULs.
        let name = buffer[start..<end].prefix { $0 != 0 }
        take(
          Event(
            watch: header.wd, mask: header.mask,
            name: name.isEmpty ? nil : String(decoding: name, as: UTF8.self)))
        offset = end
      }
    }
  }
}

/// An error number of the system.
struct SystemError: Error {
  let code: Int32
}
