import ArgumentParser
import Dispatch
import Glibc
import RotationSimulation

/// Simulates years of the daemon's life, for developers.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dx-simulate",
    abstract:
      "Simulate years of credentials, faults and restarts, and check the rules at every step.")

  @Option(help: "The seed of the first scenario.")
  var seed: UInt64 = 1

  @Option(help: "How many scenarios, each with the next seed.")
  var seeds = 1

  @Option(help: "Run scenarios for so many seconds, whatever --seeds says.")
  var seconds: Int?

  @Option(help: "How many years each lasts.")
  var years = 1

  @Option(help: "How many days each lasts, instead of years.")
  var days: Int?

  @Option(help: "How many credentials are watched.")
  var credentials = 20

  @Option(help: "Faults to leave out, by number.")
  var withoutFault: [Int] = []

  @Option(help: "Credentials to leave out, by number.")
  var withoutCredential: [Int] = []

  @Option(help: "Every so many scenarios one keeps its state in SQLite; 0: none.")
  var sqliteEvery = 0

  @Flag(help: "Print what happens.")
  var trace = false

  @Flag(help: "Do not look for the shortest scenario that fails.")
  var quick = false

  func run() throws {
    let start = DispatchTime.now()
    var steps = 0
    var scenarios = 0
    func elapsed() -> Double {
      Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
    }
    while seconds.map({ elapsed() < Double($0) }) ?? (scenarios < seeds) {
      let options = options(seed: seed &+ UInt64(scenarios))
      scenarios += 1
      let outcome = try run(options, onDisk: sqliteEvery > 0 && scenarios % sqliteEvery == 0)
      steps += outcome.steps
      if trace { outcome.trace.forEach { print($0) } }
      if let violation = outcome.violation { try fail(options, violation) }
    }
    let simulated = scenarios * credentials * (days ?? years * 365) / 365
    print(
      "\(scenarios) scenarios, \(simulated) credential-years, \(steps) steps"
        + " in \((elapsed() * 10).rounded() / 10) s: no rule was broken")
  }

  private func options(seed: UInt64) -> Scenario.Options {
    var options = Scenario.Options(seed: seed, days: days ?? years * 365, credentials: credentials)
    options.withoutFaults = Set(withoutFault)
    options.withoutCredentials = Set(withoutCredential)
    return options
  }

  private func run(_ options: Scenario.Options, onDisk: Bool) throws -> Simulation.Outcome {
    guard onDisk else { return try Simulation.run(options, traced: trace) }
    let directory = try TemporaryDirectory()
    return try Simulation.run(options, traced: trace, directory: directory.path)
  }

  private func fail(_ options: Scenario.Options, _ violation: Violation) throws -> Never {
    print("seed \(options.seed): \(violation.rule): \(violation.detail)")
    guard !quick else { throw ExitCode.failure }
    let shortest = try Simulation.shortest(of: options, breaking: violation)
    let outcome = try Simulation.run(shortest, traced: true)
    outcome.trace.forEach { print($0) }
    if let found = outcome.violation { print("broken: \(found.rule): \(found.detail)") }
    print("replay: dx-simulate \(shortest.arguments)")
    throw ExitCode.failure
  }
}

extension Scenario.Options {
  fileprivate var arguments: String {
    (["--seed \(seed)", "--days \(days)", "--credentials \(credentials)"]
      + withoutCredentials.sorted().map { "--without-credential \($0)" }
      + withoutFaults.sorted().map { "--without-fault \($0)" }).joined(separator: " ")
  }
}
