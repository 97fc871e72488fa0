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

  /// Leaves out of a failing scenario what it fails without, until nothing more can go: days, credentials, faults.
  package static func shortest(
    of options: Scenario.Options, breaking violation: Violation
  ) throws -> Scenario.Options {
    var shrinking = Shrinking(options, violation)
    while try shrinking.goesOn() {}
    return shrinking.best
  }
}

/// A failing scenario that becomes shorter.
private struct Shrinking {
  private(set) var best: Scenario.Options
  private let rule: String

  init(_ options: Scenario.Options, _ violation: Violation) {
    best = options
    rule = violation.rule
    best.days = min(best.days, Self.days(until: violation))
  }

  private static func days(until violation: Violation) -> Int {
    Int(violation.at.milliseconds / 86_400_000) + 1
  }

  /// One round, large parts first; returns whether anything could go.
  mutating func goesOn() throws -> Bool {
    let before = best
    try drop(\.withoutCredentials) { options in
      (0..<options.credentials).filter { !options.withoutCredentials.contains($0) }
    }
    try drop(\.withoutFaults) { Scenario($0).faults.map(\.number) }
    return best != before
  }

  private mutating func drop(
    _ left: WritableKeyPath<Scenario.Options, Set<Int>>, _ parts: (Scenario.Options) -> [Int]
  ) throws {
    var size = parts(best).count
    while size > 0 {
      for part in parts(best).split(into: size) {
        var candidate = best
        candidate[keyPath: left].formUnion(part)
        try take(candidate)
      }
      size /= 2
    }
  }

  private mutating func take(_ candidate: Scenario.Options) throws {
    guard candidate != best, candidate.withoutCredentials.count < candidate.credentials,
      let violation = try Simulation.run(candidate).violation, violation.rule == rule
    else { return }
    best = candidate
    best.days = min(best.days, Self.days(until: violation))
  }
}

extension Array {
  fileprivate func split(into size: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
  }
}
