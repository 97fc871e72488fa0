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
