import ArgumentParser
import Glibc

/// A directory that goes with its owner.
final class TemporaryDirectory {
  let path: String

  init() throws {
    var template = Array("/tmp/dx-simulate-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw ValidationError("no temporary directory can be made")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    guard let entries = opendir(path) else { return }
    while let entry = readdir(entries) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      unlink("\(path)/\(name)")
    }
    closedir(entries)
    rmdir(path)
  }
}
