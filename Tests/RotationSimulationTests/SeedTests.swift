import RotationSimulation
import Testing

/// Lives of the daemon in virtual time: `make simulate-ci` runs more of them, and `make mutants` shows that they find faults.
@Suite struct SeedTests {
  @Test("No rule is broken", arguments: UInt64(1)...10)
  func fixedSeeds(_ seed: UInt64) throws {
    let outcome = try Simulation.run(Scenario.Options(seed: seed, days: 40, credentials: 3))
    #expect(outcome.violation == nil)
    #expect(outcome.steps > 100)
  }
}
