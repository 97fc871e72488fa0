import RotationSimulation
import Testing

/// A scenario that fails is made short, and fails the same way each time.
@Suite struct ShrinkingTests {
  /// A life in which a stop loses the alerts: a fault of the daemon's own, planted.
  private func failing() throws -> (options: Scenario.Options, violation: Violation) {
    for seed in UInt64(1)...40 {
      var options = Scenario.Options(seed: seed, days: 120, credentials: 3)
      options.losesAlerts = true
      if let violation = try Simulation.run(options).violation { return (options, violation) }
    }
    throw NothingFailed()
  }

  private struct NothingFailed: Error {}

  @Test("What is left is one credential, and the stop that loses its alert")
  func shortest() throws {
    let (options, violation) = try failing()
    #expect(violation.rule == "alerts survive a restart")
    let shortest = try Simulation.shortest(of: options, breaking: violation)
    let once = try Simulation.run(shortest, traced: true)
    #expect(once.violation?.rule == violation.rule)
    #expect(shortest.withoutCredentials.count == 2)
    #expect(shortest.days <= options.days)
    #expect(once.trace.contains { $0.contains("begins: ") && $0.contains("stop") })
    let faults = once.trace.count { $0.contains("begins: ") }
    #expect(faults <= 2)
    let again = try Simulation.run(shortest, traced: true)
    #expect(again.violation == once.violation)
    #expect(again.trace == once.trace)
  }
}
