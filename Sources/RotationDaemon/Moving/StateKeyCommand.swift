import RotationEngine
import SecretMemory
import SecretSources
import StateStore

/// `dx-rotated state key`: the key of the fingerprints, as a text for `[cluster] key` or `state import --key`.
package struct StateKeyCommand {
  private let place: CommandPlace
  private let output: String?

  /// Makes the command; without a path for its output it prints the key.
  package init(place: CommandPlace, output: String?) {
    self.place = place
    self.output = output
  }

  /// Writes the key.
  package func run() throws(ExitStatus) -> ExitStatus {
    if output == nil, Terminal.standardOutput.width != nil {
      Output.error("dx-rotated: the key is a secret: name a file with --output, or pass it on")
      throw .usage
    }
    let settings = try place.loadConfiguration().settings
    let key = try Moving.saying {
      if let cluster = settings.cluster {
        return try Moving.reader.clusterKey(cluster.key).get().key
      }
      let state = try SQLiteState(
        directory: place.stateDirectory, instance: settings.api.url, access: .readOnly)
      return try Moving.key(state.fingerprintKey())
    }
    try PrivateFile.write([key.exported, SecretBytes(copying: [UInt8(ascii: "\n")])], to: output)
    return .done
  }
}
