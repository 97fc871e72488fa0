import RotationEngine

@testable import Configuration

/// A drop-in, as it is read from its directory.
enum DropInSubject {
  static func take(_ input: [UInt8]) throws(Finding) {
    let scratch = Scratch()
    try scratch.write(input, to: "10.toml")
    let lines = input.count { $0 == 0x0A } + 1
    let loaded: LoadedConfiguration
    do throws(InvalidConfiguration) {
      loaded = try Configuration.load(directories: [scratch.path], environment: [:])
    } catch {
      try require(!error.diagnostics.isEmpty, "it is refused without a reason")
      return try check(error.diagnostics, lines)
    }
    try check(loaded.warnings, lines)
    try check(loaded.settings)
  }

  private static func check(_ diagnostics: [Diagnostic], _ lines: Int) throws(Finding) {
    for diagnostic in diagnostics {
      try requireOneLine(diagnostic.description)
      let line = diagnostic.position.line
      try require(line <= lines, "a file of \(lines) lines has an error in line \(line)")
    }
  }

  private static func check(_ settings: Settings) throws(Finding) {
    let keys = settings.credentials.map(\.key)
    try require(Set(keys).count == keys.count, "two credentials have the same ids")
    try require(keys.allSatisfy { $0.connection > 0 && $0.id > 0 }, "an id is not positive")
    try require(settings.credentials.allSatisfy { !$0.secrets.isEmpty }, "a credential is empty")
    try require(settings.api.requestsPerMinute > 0, "the budget is empty")
    try require(settings.api.concurrency > 0, "nothing may be in flight")
    try require(settings.api.timeout > .zero, "a request has no time")
    for credential in settings.credentials {
      let policy = credential.policy
      try require(policy.criticalBefore <= policy.rotateBefore, "critical before its window")
    }
  }
}
