import RotationEngine
import SecretMemory

/// Reads sources: all of a credential's in one pass, or none.
///
/// A value without state. Its calls block as long as the file system does, so they belong on `ReaderThreads`.
package struct SourceReader: Sendable {
  /// How often a pass is made before a source counts as changing.
  static let passes = 5

  /// The environment of the service.
  package let environment: ProcessEnvironment
  /// `$CREDENTIALS_DIRECTORY`, where systemd set it.
  package let credentialsDirectory: String?
  /// Whether this process is the service: only there `env` sources can be read.
  package let readsEnvironment: Bool

  var files = FileAccess.system

  /// Makes a reader.
  ///
  /// - Parameters:
  ///   - environment: the service's environment.
  ///   - credentialsDirectory: `$CREDENTIALS_DIRECTORY`, or nil where it is not set.
  ///   - readsEnvironment: false in a shell's command, whose environment is not the service's.
  package init(
    environment: ProcessEnvironment, credentialsDirectory: String?, readsEnvironment: Bool
  ) {
    self.environment = environment
    self.credentialsDirectory = credentialsDirectory
    self.readsEnvironment = readsEnvironment
  }

  /// All secrets of a credential, and the expiration that comes with them.
  ///
  /// One source that fails fails the whole; its message then tells of every source that failed.
  package func values(
    of credential: CredentialSettings, keyedBy key: FingerprintKey
  ) -> Result<ValuesRead, SourceFailure> {
    whenStill { (pass) throws(SourceFailure) in
      let texts = try texts(of: credential.sources, in: &pass)
      let secrets = zip(credential.secrets, texts).map { (key: $0.key, value: $1.value) }
      let expiration: WallTime?
      switch credential.policy.expiration {
      case .dx, .fixed: expiration = nil
      case .source: expiration = try texts.last?.date()
      case .jwt(let name):
        expiration = try Self.value(of: name, credential, texts) { (value) throws(SourceFailure) in
          try JSONWebToken.expiration(of: value)
        }
      case .x509(let name):
        expiration = try Self.value(of: name, credential, texts) { (value) throws(SourceFailure) in
          try Certificates.earliestExpiration(in: value)
        }
      }
      let fingerprint = try key.fingerprint(of: .credential, secrets)
      return ValuesRead(
        reading: Reading(fingerprint: fingerprint, expiration: expiration), secrets: secrets,
        warnings: texts.flatMap(\.warnings))
    }
  }

  /// The API key, and its expiration where that has a source.
  package func apiKey(
    _ source: Source, expiration: APISettings.KeyExpiration?, keyedBy key: FingerprintKey
  ) -> Result<KeyRead, SourceFailure> {
    whenStill { (pass) throws(SourceFailure) in
      var sources = [source]
      if case .source(let date) = expiration { sources.append(date) }
      let texts = try texts(of: sources, in: &pass)
      let date = sources.count > 1 ? try texts.last?.date() : nil
      guard let value = texts.first else { throw SourceFailure(.missing, "\(source): no text") }
      try value.requireHeaderText()
      let fingerprint = try key.fingerprint(of: .apiKey, [(key: "token", value: value.value)])
      return KeyRead(
        reading: Reading(fingerprint: fingerprint, expiration: date), key: value.value,
        warnings: texts.flatMap(\.warnings))
    }
  }

  /// The text of one source: an alert channel's URL or header.
  package func text(of source: Source) -> Result<TextRead, SourceFailure> {
    whenStill { (pass) throws(SourceFailure) in
      let text = try text(of: source, in: &pass)
      try text.requireHeaderText()
      return TextRead(text: text.value, warnings: text.warnings)
    }
  }

  /// The key of a cluster's fingerprints.
  package func clusterKey(_ source: Source) -> Result<ClusterKeyRead, SourceFailure> {
    whenStill { (pass) throws(SourceFailure) in
      let text = try text(of: source, in: &pass)
      do throws(SourceFailure) {
        return ClusterKeyRead(
          key: try FingerprintKey(text: text.value), warnings: text.warnings)
      } catch {
        throw error.about(source)
      }
    }
  }

  // MARK: One pass

  private func whenStill<Value>(
    _ read: (inout ReadingPass) throws(SourceFailure) -> Value
  ) -> Result<Value, SourceFailure> {
    var moved = ""
    for round in 1...Self.passes {
      if round > 1 { files.pause() }
      var pass = ReadingPass(files: files)
      let result = Result { () throws(SourceFailure) in try read(&pass) }
      guard let path = pass.fileThatMoved() else { return result }
      moved = path
    }
    return .failure(
      SourceFailure(
        .changing,
        "file \(moved): changed while it was read, \(Self.passes) times in a row; "
          + "write a new file beside it and rename that over it"))
  }

  private func texts(
    of sources: [Source], in pass: inout ReadingPass
  ) throws(SourceFailure) -> [SourceText] {
    var texts: [SourceText] = []
    var failures: [SourceFailure] = []
    for source in sources {
      do {
        texts.append(try text(of: source, in: &pass))
      } catch {
        if !failures.contains(error) { failures.append(error) }
      }
    }
    guard let first = failures.first else { return texts }
    throw SourceFailure(first.kind, failures.map(\.message).joined(separator: "; "))
  }

  private func text(
    of source: Source, in pass: inout ReadingPass
  ) throws(SourceFailure) -> SourceText {
    do {
      var bytes = try document(at: source.origin, in: &pass)
      if let pointer = source.pointer {
        bytes = try JSONPointer(pointer).string(in: bytes)
      }
      return SourceText(source: source, text: try TextRules.text(of: bytes))
    } catch {
      throw error.about(source)
    }
  }

  private func document(
    at origin: Source.Origin, in pass: inout ReadingPass
  ) throws(SourceFailure) -> SecretBytes {
    switch origin {
    case .file(let path):
      return try pass.contents(of: path)
    case .environmentFile(let path, let key):
      return try EnvironmentFile.value(of: key, in: try pass.contents(of: path))
    case .environment(let name):
      return try variable(name)
    case .credential(let name):
      return try pass.contents(of: "\(try credentialsPath(for: name))/\(name)")
    }
  }

  private func variable(_ name: String) throws(SourceFailure) -> SecretBytes {
    guard readsEnvironment else {
      throw SourceFailure(.elsewhere, "only the service's own process can read its environment")
    }
    guard let value = environment[name] else {
      throw SourceFailure(
        .missing, "is not set; set it with systemctl edit, then restart the service")
    }
    return value
  }

  private func credentialsPath(for name: String) throws(SourceFailure) -> String {
    if let credentialsDirectory { return credentialsDirectory }
    guard readsEnvironment else {
      throw SourceFailure(.elsewhere, "only the service's own process can read its credentials")
    }
    throw SourceFailure(
      .missing,
      "the service got no credentials; add LoadCredential=\(name):PATH with systemctl edit, "
        + "then restart the service")
  }

  private static func value(
    of name: String, _ credential: CredentialSettings, _ texts: [SourceText],
    _ expiration: (SecretBytes) throws(SourceFailure) -> WallTime?
  ) throws(SourceFailure) -> WallTime? {
    guard let (_, text) = zip(credential.secrets, texts).first(where: { $0.0.key == name }) else {
      throw SourceFailure(.malformed, "expires_at names the secret \(name), which is not there")
    }
    do {
      return try expiration(text.value)
    } catch {
      throw error.about(text.source)
    }
  }
}
