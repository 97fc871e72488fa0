import Configuration
import RotationEngine

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
