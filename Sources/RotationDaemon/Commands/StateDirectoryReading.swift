import Configuration
import RotationEngine
import StateStore

/// What `status` and `history` know: the configuration's names, and what is stored.
struct StoredPicture {
  var settings: Settings
  var records: [CredentialKey: CredentialRecord]
  var instance: InstanceRecord
  var daemon: RunningDaemon?
  var state: SQLiteState?

  /// Reads both; a state that is not there yet is an empty one.
  ///
  /// - Throws: `ExitStatus`, said on stderr.
  init(_ place: CommandPlace) throws(ExitStatus) {
    let settings = try place.loadConfiguration().settings
    self.settings = settings
    do {
      daemon = try SQLiteState.daemon(of: place.stateDirectory)
      let state = try SQLiteState(
        directory: place.stateDirectory, instance: settings.api.url, access: .readOnly)
      records = Dictionary(
        try state.records().map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
      instance = try state.instance()
      self.state = state
    } catch {
      guard case .absent = error else {
        Output.error("dx-rotated: \(error)")
        throw ExitStatus(error)
      }
      records = [:]
      instance = InstanceRecord()
    }
  }

  func record(of credential: CredentialSettings) -> CredentialRecord {
    var record =
      records[credential.key] ?? CredentialRecord(key: credential.key, name: credential.name)
    if !credential.policy.enabled { record.view.state = .disabled }
    return record
  }
}

/// Where a command looks: the options that every command has.
package struct CommandPlace: Sendable {
  /// The directories of drop-ins, lowest priority first.
  package var directories: [String]
  /// The state directory.
  package var stateDirectory: String

  /// Makes a place.
  package init(directories: [String], stateDirectory: String) {
    self.directories = directories
    self.stateDirectory = stateDirectory
  }

  /// Loads the configuration.
  ///
  /// - Throws: `ExitStatus.configuration`; every problem was said on stderr.
  package func loadConfiguration() throws(ExitStatus) -> LoadedConfiguration {
    do {
      return try Configuration.load(directories: directories, environment: Environment.all)
    } catch {
      for diagnostic in error.diagnostics { Output.error("\(diagnostic)") }
      throw .configuration
    }
  }

  /// The credentials of these names.
  ///
  /// - Throws: `ExitStatus.usage`, said on stderr.
  package func select(
    _ names: [String], from settings: Settings
  ) throws(ExitStatus) -> [CredentialSettings] {
    do throws(UnknownName) {
      return try settings.credentials(named: names)
    } catch {
      Output.error("dx-rotated: \(error)")
      throw .usage
    }
  }
}
