import Foundation

/// A folder of this process, in memory where that can be.
final class Scratch {
  let path: String

  init() {
    let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
    path = "\(parent)/dx-fuzz-\(UUID().uuidString)"
    mkdir(path, 0o700)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file in place of what is there.
  func write(_ bytes: [UInt8], to name: String) throws(Finding) {
    let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    try require(count == bytes.count, "\(path)/\(name) cannot be written: errno \(errno)")
  }
}

/// All bytes of a file; none if there is no such file.
func contents(_ path: String) -> [UInt8] {
  FileManager.default.contents(atPath: path).map { Array($0) } ?? []
}
