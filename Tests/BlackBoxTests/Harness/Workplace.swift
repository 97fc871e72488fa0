import Foundation

/// A folder of a test's own: drop-ins, state and sources.
final class Workplace {
  /// Short, so that the paths of sockets in it fit.
  let root: String

  init() throws {
    var template = Array("/tmp/dx-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure("mkdtemp: errno \(errno)") }
    root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    for folder in [configuration, state, sources] {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o700])
    }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: root)
  }

  var configuration: String { root + "/config" }
  var state: String { root + "/state" }
  var sources: String { root + "/sources" }

  func source(_ name: String) -> String { "\(sources)/\(name)" }

  /// The options of every command that lead here.
  var options: [String] { ["--config-dir", configuration, "--state-dir", state] }

  // MARK: Drop-ins

  /// Writes a drop-in, `NAME.toml`.
  func dropIn(_ name: String, _ toml: String) throws {
    try toml.write(toFile: "\(configuration)/\(name).toml", atomically: true, encoding: .utf8)
  }

  func removeDropIn(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(configuration)/\(name).toml")
  }

  // MARK: Sources

  /// Puts a value into a source as a careful writer does: a new file, renamed over the old one.
  func put(_ value: String, into name: String) throws {
    try put(Data(value.utf8), into: name)
  }

  func put(_ bytes: Data, into name: String) throws {
    let fresh = source(".new-" + name)
    try bytes.write(to: URL(filePath: fresh))
    guard rename(fresh, source(name)) == 0 else { throw Failure("rename: errno \(errno)") }
  }

  /// Writes a value into the file that is there.
  func overwrite(_ name: String, with value: String) throws {
    let descriptor = open(source(name), O_WRONLY | O_TRUNC | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure("open: errno \(errno)") }
    defer { close(descriptor) }
    guard write(descriptor, value, value.utf8.count) == value.utf8.count else {
      throw Failure("write: errno \(errno)")
    }
  }

  func removeSource(_ name: String) throws {
    guard unlink(source(name)) == 0 else { throw Failure("unlink: errno \(errno)") }
  }

  /// All bytes of all files in the state directory.
  func stateBytes() throws -> [(file: String, bytes: Data)] {
    guard let files = FileManager.default.enumerator(atPath: state) else { return [] }
    return files.compactMap { file in
      guard let file = file as? String,
        let bytes = FileManager.default.contents(atPath: "\(state)/\(file)")
      else { return nil }
      return (file, bytes)
    }
  }
}
