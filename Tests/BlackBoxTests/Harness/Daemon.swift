import Foundation

/// A `dx-rotated run` of the test's own, whose log is read as it is written.
final class Daemon {
  let process: ChildProcess

  /// Starts one; without waiting for anything.
  init(
    _ place: Workplace, environment: [String: String] = [:], logLevel: String = "debug",
    arguments: [String] = []
  ) throws {
    process = try ChildProcess(
      Program.rotated.path,
      ["run"] + place.options + ["--log", "stderr", "--log-level", logLevel] + arguments,
      environment: environment)
  }

  deinit { process.signal(SIGKILL) }

  /// Waits until an event with these fields was logged, `number` of them.
  ///
  /// Events that were logged before count as well, so that nothing is missed.
  @discardableResult
  func event(
    _ name: String, _ fields: [String: String] = [:], number: Int = 1
  ) throws -> LogLine {
    var read: [LogLine] = []
    return try process.errors.wait(for: "\(number) × \(name) \(fields)") { lines, _ in
      for line in lines.dropFirst(read.count) { read.append(try LogLine(line)) }
      let found = read.filter { $0.matches(name, fields) }
      return found.count >= number ? found[number - 1] : nil
    }
  }

  /// The events of a name with these fields up to now.
  func events(_ name: String, _ fields: [String: String] = [:]) throws -> [LogLine] {
    try process.errors.present.map { try LogLine($0) }.filter { $0.matches(name, fields) }
  }

  /// Has it read its configuration again; the test waits for the event.
  func reload() { process.signal(SIGHUP) }

  /// Kills it as a crash does.
  func crash() throws {
    process.signal(SIGKILL)
    _ = try process.wait()
  }

  /// Ends it as systemd does, and gives the whole log.
  ///
  /// - Throws: `Failure` if it does not exit with 0; `LogLine.Malformed`.
  @discardableResult
  func stop(_ signal: Int32 = SIGTERM) throws -> [LogLine] {
    process.signal(signal)
    let ending = try process.wait()
    let lines = try process.errors.whole()
    guard ending == .exited(0) else {
      throw Failure("the daemon ended: \(ending)\n" + lines.joined(separator: "\n"))
    }
    return try lines.map { try LogLine($0) }
  }
}

extension LogLine {
  fileprivate func matches(_ name: String, _ fields: [String: String]) -> Bool {
    self["event"] == name && fields.allSatisfy { self[$0.key] == $0.value }
  }
}

extension [LogLine] {
  /// Those of an event.
  func of(_ event: String, _ credential: String? = nil) -> [LogLine] {
    filter { $0["event"] == event && (credential == nil || $0["credential"] == credential) }
  }
}
