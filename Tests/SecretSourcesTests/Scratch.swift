import Foundation
import RotationEngine
import SecretMemory

@testable import SecretSources

/// A directory of a test's own, removed with its last reference.
final class Scratch: Sendable {
  let path: String

  init() throws {
    var template = Array((NSTemporaryDirectory() + "/secret-sources-XXXXXX").utf8CString)
    guard let made = mkdtemp(&template), let real = realpath(made, nil) else {
      throw CocoaError(.fileWriteUnknown)
    }
    defer { free(real) }
    path = String(cString: real)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file in place.
  @discardableResult
  func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try write(text.utf8, to: name)
  }

  func makeDirectory(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path(name), withIntermediateDirectories: true)
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: path(name), withDestinationPath: target)
  }

  /// As rename(2): replaces what is there.
  func rename(_ name: String, to other: String) throws {
    guard Foundation.rename(path(name), path(other)) == 0 else {
      throw CocoaError(.fileWriteUnknown)
    }
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: path(name))
  }

  /// Swaps a symbolic link as Kubernetes does: a new one is renamed over the old.
  func swap(_ name: String, to target: String) throws {
    try link(name + ".next", to: target)
    try rename(name + ".next", to: name)
  }
}

/// The text of a secret, for a test to compare.
func text(_ secret: SecretBytes) -> String {
  secret.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
}

func secret(_ text: String) -> SecretBytes { SecretBytes(copying: text.utf8) }

func refusal<Value>(of result: Result<Value, SourceFailure>) -> SourceFailure? {
  switch result {
  case .success: nil
  case .failure(let failure): failure
  }
}

func makeKey(_ byte: UInt8 = 7) throws -> FingerprintKey {
  let bytes = SecretBytes(copying: [UInt8](repeating: byte, count: FingerprintKey.byteCount))
  guard let key = FingerprintKey(bytes: bytes) else { throw CocoaError(.coderInvalidValue) }
  return key
}

/// A reader that does not wait between two passes, nor mind that a test has just written its files.
func makeReader(
  _ environment: [String: String] = [:], credentials: String? = nil, inService: Bool = true
) -> SourceReader {
  var reader = SourceReader(
    environment: ProcessEnvironment(environment.mapValues(secret)),
    credentialsDirectory: credentials, readsEnvironment: inService)
  reader.files.pause = {}
  reader.files.now = { 0 }
  return reader
}

func makeCredential(
  _ sources: [String: Source], expiration: Policy.Expiration = .dx
) -> CredentialSettings {
  var policy = Policy()
  policy.expiration = expiration
  return CredentialSettings(
    name: "jira", key: CredentialKey(connection: 1, id: 2),
    secrets: sources.sorted { $0.key < $1.key }.map { .init(key: $0.key, source: $0.value) },
    policy: policy)
}
