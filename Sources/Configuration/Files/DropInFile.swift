import Glibc

/// Reads a drop-in's bytes.
enum DropInFile {
  /// The most that is read of one file, in bytes.
  static let limit = 16 << 20

  static let notAFile = "is not a regular file; remove it, or put a file in its place"

  /// Reads a whole file, and never waits for one that is something else.
  static func read(_ path: String) throws(Diagnostic) -> [UInt8] {
    // O_NONBLOCK: a FIFO that took the file's place opens at once, and is then refused.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failed(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failed(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .error(notAFile, at: .start(of: path))
    }
    guard status.st_size <= limit else { throw tooLarge(path) }
    // One byte more than expected, so that the last read finds the end.
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
    var count = 0
    while true {
      let result = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
      }
      if result < 0 {
        if errno == EINTR { continue }
        throw failed(path, errno)
      }
      count += result
      if result == 0 { break }
      guard count <= limit else { throw tooLarge(path) }
      if count == bytes.count { bytes.append(contentsOf: repeatElement(0, count: 4096)) }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  private static func failed(_ path: String, _ code: Int32) -> Diagnostic {
    .error("cannot be read: \(SystemError.text(code))", at: .start(of: path))
  }

  private static func tooLarge(_ path: String) -> Diagnostic {
    .error("is larger than \(limit >> 20) MiB; split it", at: .start(of: path))
  }
}
