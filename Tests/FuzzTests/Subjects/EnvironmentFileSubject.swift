import RotationEngine
import SecretMemory

@testable import SecretSources

/// A file for `env_file`: a line with the key, then the file.
enum EnvironmentFileSubject {
  static func take(_ input: [UInt8]) throws(Finding) {
    let (line, file) = input.firstLine
    let key = String(decoding: line, as: UTF8.self)
    guard let value = try value(of: key, in: file) else { return }
    try require(value.count <= file.count, "the value is longer than its file")
    try require(
      try self.value(of: key, in: Array("# comment\n".utf8) + file) == value,
      "a comment before it changes the value")
    try require(
      try self.value(of: key, in: file + [0x0A]) == value, "a last newline changes the value")
  }

  private static func value(of key: String, in file: [UInt8]) throws(Finding) -> [UInt8]? {
    do throws(SourceFailure) {
      return try EnvironmentFile.value(of: key, in: SecretBytes(copying: file)).copy
    } catch {
      try requireOneLine(key.isEmpty ? error.message : error.message.replacing(key, with: "KEY"))
      return nil
    }
  }
}

extension SecretBytes {
  /// What only a test may do.
  var copy: [UInt8] { withUnsafeBytes { Array($0) } }
}
