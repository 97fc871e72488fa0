import DXSimulator
import Foundation
import TOMLKit

/// The TOML file that `--config` names.
enum ConfigurationFile {
  /// Why it could not be read: the path, and what is wrong.
  struct ReadError: Error, CustomStringConvertible {
    let path: String
    let problem: String
    var description: String { "\(path): \(problem)" }
  }

  static func read(_ path: String) throws(ReadError) -> SimulatorConfiguration {
    do {
      let table = try TOMLTable(string: String(contentsOfFile: path, encoding: .utf8))
      // By way of JSON, so that a date may be written as a TOML date or as a text.
      return try JSONDecoder().decode(
        SimulatorConfiguration.self, from: Data(table.convert(to: .json).utf8))
    } catch let error as TOMLParseError {
      throw ReadError(path: path, problem: error.debugDescription)
    } catch let error as DecodingError {
      throw ReadError(path: path, problem: error.explanation)
    } catch {
      throw ReadError(path: path, problem: error.localizedDescription)
    }
  }
}
