import Glibc

/// Advisory locks on single bytes of a file, which need not exist.
///
/// They are locks of the open file description (fcntl(2), F_OFD_SETLK): they end with this object, or with the
/// process however it ends, and two objects exclude each other in one process too.
final class ByteLocks {
  enum Kind {
    case shared
    case exclusive
  }

  // F_OFD_GETLK and F_OFD_SETLK of <fcntl.h>, which Glibc's module leaves out.
  private static let getLock: Int32 = 36
  private static let setLock: Int32 = 37

  private let path: String
  private let descriptor: Int32

  /// Takes over an open descriptor of the file.
  init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Locks a byte, or turns the lock that this object has on it into another.
  ///
  /// - Returns: false if another has a lock that excludes it.
  func lock(_ kind: Kind, byte: Int64) throws(StateError) -> Bool {
    var request = Self.request(kind == .shared ? F_RDLCK : F_WRLCK, byte: byte)
    if fcntl(descriptor, Self.setLock, &request) == 0 { return true }
    guard errno == EAGAIN || errno == EACCES else {
      throw .unwritable(path: path, reason: systemReason())
    }
    return false
  }

  /// Takes the lock on a byte away.
  func unlock(byte: Int64) {
    var request = Self.request(F_UNLCK, byte: byte)
    // Unlocking can only fail where locking would have.
    _ = fcntl(descriptor, Self.setLock, &request)
  }

  /// Whether another has a lock on a byte, of either kind.
  func isLockedElsewhere(byte: Int64) throws(StateError) -> Bool {
    var request = Self.request(F_WRLCK, byte: byte)
    guard fcntl(descriptor, Self.getLock, &request) == 0 else {
      throw .unreadable(path: path, reason: systemReason())
    }
    return request.l_type != Int16(F_UNLCK)
  }

  /// The file's content is a line of this length, replaced in one write: nobody reads a part of it.
  private static let lineLength = 64

  /// Replaces the file's content by a text of 63 bytes at most.
  func write(_ text: String) throws(StateError) {
    let padding = String(repeating: " ", count: max(0, Self.lineLength - 1 - text.utf8.count))
    let line = text + padding + "\n"
    guard pwrite(descriptor, line, line.utf8.count, 0) == line.utf8.count else {
      throw .unwritable(path: path, reason: systemReason())
    }
  }

  /// The words of the file's content.
  func words() -> [Substring] {
    String(unsafeUninitializedCapacity: Self.lineLength) { buffer in
      max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
    }
    .split { $0 == " " || $0 == "\n" }
  }

  private static func request(_ type: Int32, byte: Int64) -> flock {
    var request = flock()
    request.l_type = Int16(type)
    request.l_whence = Int16(SEEK_SET)
    request.l_start = off_t(byte)
    request.l_len = 1
    return request
  }
}
