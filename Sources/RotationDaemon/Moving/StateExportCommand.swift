import ClusterState
import RotationEngine
import SecretMemory
import SecretSources
import StateStore

/// `dx-rotated state export`: the state that the configuration names, as one document.
package struct StateExportCommand {
  private let place: CommandPlace
  private let output: String?

  /// Makes the command; without a path for its output it prints the document.
  package init(place: CommandPlace, output: String?) {
    self.place = place
    self.output = output
  }

  /// Writes the document.
  package func run() throws(ExitStatus) -> ExitStatus {
    let settings = try place.loadConfiguration().settings
    let document = try Moving.saying { try self.document(settings) }
    try PrivateFile.write(StateDocumentText.lines(of: document), to: output)
    return .done
  }

  private func document(_ settings: Settings) throws -> StateDocument {
    let url = settings.api.url
    if let state = try ClusterAccess.stateToRead(settings), let prefix = settings.cluster?.prefix {
      guard let key = try state.keyIdentification() else {
        throw StateError.unreadable(
          path: "\(prefix) in etcd", reason: "nothing is stored there yet")
      }
      warn(of: try state.members().map { "node \($0)" })
      return StateDocument(try state.content(), url: url, key: key)
    }
    let state = try SQLiteState(
      directory: place.stateDirectory, instance: url, access: .readOnly)
    let key = try Moving.identification(of: state.fingerprintKey())
    if try SQLiteState.daemon(of: place.stateDirectory) != nil { warn(of: ["the daemon"]) }
    return StateDocument(try state.content(), url: url, key: key)
  }

  /// A copy of what is in use is as old as it is: to be kept, not to be moved.
  private func warn(of others: [String]) {
    guard !others.isEmpty else { return }
    Output.error(
      "dx-rotated: \(others.joined(separator: ", ")) may go on with this state; stop it before you "
        + "move the state, or what it sends from now on is sent again")
  }
}
