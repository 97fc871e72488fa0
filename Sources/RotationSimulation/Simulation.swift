import RotationEngine
import StateStore

/// Runs scenarios, and finds the shortest one that still fails.
package enum Simulation {
  /// What came of a scenario.
  package struct Outcome {
    /// The rule that was broken, if one was.
    package var violation: Violation?
    /// What happened last before that.
    package var trace: [String]
    /// How many things happened.
    package var steps: Int
  }

  /// Runs one scenario.
  ///
  /// - Throws: `StateError` where SQLite's state cannot be made.
  package static func run(
    _ options: Scenario.Options, traced: Bool = false, directory: String? = nil
  ) throws -> Outcome {
    let scenario = Scenario(options)
    let state: any DurableState =
      if let directory {
        try SQLiteState(
          directory: directory, instance: scenario.settings.api.url, access: .daemon)
      } else {
        MemoryState()
      }
    let tracer = Tracer(isOn: traced)
    let world = World(scenario, state: state, tracer: tracer)
    do {
      try world.run()
      return Outcome(violation: nil, trace: tracer.lines, steps: world.steps)
    } catch let violation as Violation {
      return Outcome(violation: violation, trace: tracer.lines, steps: world.steps)
    }
  }

  /// Leaves out of a failing scenario what it fails without: time, then credentials, then faults.
  package static func shortest(
    of options: Scenario.Options, breaking violation: Violation
  ) throws -> Scenario.Options {
    var best = options
    best.days = min(best.days, Int(violation.at.milliseconds / 86_400_000) + 1)
    func stillFails(_ candidate: Scenario.Options) throws -> Bool {
      try run(candidate).violation?.rule == violation.rule
    }
    guard try stillFails(best) else { return options }
    for index in 0..<options.credentials {
      var candidate = best
      candidate.withoutCredentials.insert(index)
      if candidate.withoutCredentials.count < options.credentials, try stillFails(candidate) {
        best = candidate
      }
    }
    for fault in Scenario(best).faults {
      var candidate = best
      candidate.withoutFaults.insert(fault.number)
      if try stillFails(candidate) { best = candidate }
    }
    return best
  }
}
