import Foundation
import RotationEngine

@testable import Configuration

/// A directory of drop-ins that lives as long as the value.
final class DropInDirectory {
  let path: String

  init(_ files: [String: String] = [:]) throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("dx-rotated-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
    for (name, text) in files { try write(text, to: name) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: "\(path)/\(name)", withDestinationPath: target)
  }

  /// The lines of all errors, or of all warnings where there is none, without this directory's path.
  func lines(environment: [String: String] = [:]) -> [String] {
    let diagnostics: [Diagnostic]
    do throws(InvalidConfiguration) {
      diagnostics = try load(environment: environment).warnings
    } catch {
      diagnostics = error.diagnostics
    }
    return diagnostics.map {
      $0.description.replacingOccurrences(of: "\(path)/", with: "")
    }
  }

  func load(
    environment: [String: String] = [:]
  ) throws(InvalidConfiguration) -> LoadedConfiguration {
    try Configuration.load(directories: [path], environment: environment)
  }
}

/// What every configuration needs, to have one thing more to try.
let base = """
  [api]
  url = "https://acme.getdx.net"
  token = { credential = "dx-api-token" }
  [credential.jira]
  connection_id = 123
  id = 456
  secrets.api_token = { file = "/run/secrets/jira" }

  """

/// The lines of all errors or warnings of one file `a.toml`.
func lines(of text: String, environment: [String: String] = [:]) throws -> [String] {
  try DropInDirectory(["a.toml": text]).lines(environment: environment)
}

/// The settings of one file.
func settings(of text: String, environment: [String: String] = [:]) throws -> Settings {
  try DropInDirectory(["a.toml": text]).load(environment: environment).settings
}
