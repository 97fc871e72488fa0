import Foundation

/// What came of a command of `dx-rotated`.
struct CommandResult: CustomStringConvertible {
  var status: Int32
  var output: String
  var errors: String

  var description: String { "exit \(status)\nstdout: \(output)\nstderr: \(errors)" }

  /// Its standard output as JSON.
  func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(type, from: Data(output.utf8))
  }
}

extension Workplace {
  /// Runs a command of `dx-rotated` here, and waits for its end.
  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> CommandResult {
    let child = try ChildProcess(
      Program.rotated.path, [arguments[0]] + options + arguments.dropFirst(),
      environment: environment)
    return try child.result()
  }
}

extension ChildProcess {
  /// Waits for its end, and gathers what it wrote.
  func result() throws -> CommandResult {
    guard case .exited(let status) = try wait() else {
      throw Failure("it was killed. It wrote:\n" + errors.present.joined(separator: "\n"))
    }
    return CommandResult(
      status: status, output: try output.whole().joined(separator: "\n"),
      errors: try errors.whole().joined(separator: "\n"))
  }
}
