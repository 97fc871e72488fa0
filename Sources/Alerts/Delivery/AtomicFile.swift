import Glibc

/// A file that is replaced as a whole: readers see the one before, or the new one.
struct AtomicFile {
  let path: String
  /// Who may read it.
  let mode: mode_t
  /// Whether it must survive a power failure.
  var isDurable = false

  /// Why it could not be written.
  struct Failure: Error, Hashable {
    let path: String
    let code: Int32
  }

  /// The content; nil if it cannot be read.
  var content: [UInt8]? {
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return content }
      content += buffer.prefix(count)
    }
  }

  /// Replaces the content.
  func replace(with bytes: [UInt8]) throws(Failure) {
    // In the same directory, because a rename replaces only within a file system.
    let new = path + ".new"
    unlink(new)
    let file = open(new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard file >= 0 else { throw Failure(path: path, code: errno) }
    var code: Int32 = 0
    // Whatever the umask says.
    if fchmod(file, mode) != 0 || !write(bytes, to: file) || isDurable && fsync(file) != 0 {
      code = errno
    }
    if close(file) != 0, code == 0 { code = errno }
    if code == 0, rename(new, path) != 0 { code = errno }
    guard code == 0 else {
      unlink(new)
      throw Failure(path: path, code: code)
    }
  }

  private func write(_ bytes: [UInt8], to file: Int32) -> Bool {
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      start += count
    }
    return true
  }
}
