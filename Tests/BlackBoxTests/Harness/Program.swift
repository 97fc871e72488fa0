import Foundation

/// The built binaries, which lie beside the test bundle.
enum Program: String {
  case rotated = "dx-rotated"
  case simulator = "dx-simulator"

  var path: String {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: rawValue).path
  }
}

/// A program of others, which `make deps` installs.
struct Tool {
  let path: String

  /// Finds one.
  init(_ name: String) throws {
    path = "/usr/bin/\(name)"
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw Failure("\(path) is missing: run make deps")
    }
  }
}
