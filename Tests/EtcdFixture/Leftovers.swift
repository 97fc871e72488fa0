import Foundation

/// Directories that are removed at the latest when the process exits.
enum Leftovers {
  private static let lock = NSLock()
  nonisolated(unsafe) private static var directories: Set<String> = []
  private static let atExit: Void = {
    atexit {
      for directory in directories { try? FileManager.default.removeItem(atPath: directory) }
    }
  }()

  /// Makes a directory.
  static func directory(_ name: String) throws -> String {
    _ = atExit
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("dx-rotated-\(name)-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    _ = lock.withLock { directories.insert(path) }
    return path
  }

  static func remove(_ directory: String) {
    _ = lock.withLock { directories.remove(directory) }
    try? FileManager.default.removeItem(atPath: directory)
  }
}
