import ClusterState
import RotationEngine
import SecretMemory
import SecretSources
import StateStore

/// `dx-rotated state import`: puts a document into the state that the configuration names.
package struct StateImportCommand {
  private let place: CommandPlace
  private let path: String
  private let keyFile: String?
  private let replaces: Bool

  /// Makes the command.
  ///
  /// - Parameters:
  ///   - place: where the configuration and the state are.
  ///   - path: the document.
  ///   - keyFile: a file with the key of the document's fingerprints, where it is not at hand.
  ///   - replaces: whether what is there gives way.
  package init(place: CommandPlace, path: String, keyFile: String?, replaces: Bool) {
    self.place = place
    self.path = path
    self.keyFile = keyFile
    self.replaces = replaces
  }

  /// Imports all of it, or nothing.
  package func run() throws(ExitStatus) -> ExitStatus {
    let settings = try place.loadConfiguration().settings
    let document = try StateDocumentText.read(path)
    let content = try StateDocumentText.content(of: document, path)
    guard document.url == settings.api.url else {
      return try refuse("it is of \(document.url), and the configuration is of \(settings.api.url)")
    }
    let given = try Moving.saying {
      try keyFile.map { try Moving.reader.clusterKey(Source(.file(path: $0))).get().key }
    }
    let target = try Moving.saying { try self.target(settings, document, given) }
    guard let target else {
      return try refuse(
        "its fingerprints were made with another key: take the one that `dx-rotated state key` "
          + "prints where it comes from, "
          + (settings.cluster == nil ? "with --key" : "as the key of [cluster]"))
    }
    try Moving.saying {
      guard try replaces || target.state.isVacant() else {
        throw StateError.unwritable(
          path: target.name, reason: "it holds a state, which --replace would replace")
      }
      try target.state.replace(with: content, key: target.key)
    }
    Output.text(
      "imported \(content.records.count) credentials and \(content.attempts.count) attempts into "
        + target.name)
    return .done
  }

  /// Where it goes, and what it is called.
  private struct Target {
    var state: any MovableState
    var name: String
    /// nil: the state's own.
    var key: SecretBytes?
  }

  /// - Returns: nil where the document's key is not known.
  private func target(
    _ settings: Settings, _ document: StateDocument, _ given: FingerprintKey?
  ) throws -> Target? {
    func fits(_ key: FingerprintKey) throws -> Bool {
      try NamedFields.hexadecimal(Moving.identification(of: key.bytes)) == document.key
    }
    if let cluster = settings.cluster {
      let access = try ClusterAccess(
        cluster, instance: settings.api.url, reader: Moving.reader, key: given)
      guard try fits(access.fingerprintKey) else { return nil }
      return Target(state: access.state, name: "\(cluster.prefix) in etcd")
    }
    let state = try SQLiteState(
      directory: place.stateDirectory, instance: settings.api.url, access: .replacement)
    if try fits(Moving.key(state.fingerprintKey())) {
      return Target(state: state, name: place.stateDirectory)
    }
    guard let given, try fits(given) else { return nil }
    return Target(state: state, name: place.stateDirectory, key: given.bytes)
  }

  private func refuse(_ reason: String) throws(ExitStatus) -> ExitStatus {
    Output.error("dx-rotated: \(path): \(reason)")
    throw .configuration
  }
}
