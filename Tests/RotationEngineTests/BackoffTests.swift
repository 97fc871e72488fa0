import Testing

@testable import RotationEngine

@Suite struct BackoffTests {
  private func policy(_ factor: Double) -> RetryPolicy {
    var policy = RetryPolicy()
    policy.factor = factor
    return policy
  }

  @Test(
    "The step grows by the factor, up to the longest",
    arguments: [
      (0, 30), (1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (64, 3600), (1_000_000, 3600),
    ] as [(Int, Int64)])
  func steps(failures: Int, seconds: Int64) {
    #expect(Backoff(policy: policy(2)).step(afterFailures: failures) == .seconds(seconds))
  }

  @Test("A factor of one keeps the first step; a first step beyond the longest is the longest")
  func edges() {
    #expect(Backoff(policy: policy(1)).step(afterFailures: 50) == .seconds(30))
    var long = RetryPolicy()
    long.initial = .hours(2)
    #expect(Backoff(policy: long).step(afterFailures: 1) == .hours(1))
  }

  @Test("Equal jitter: the wait lies between half the step and the step, and fills the range")
  func jitter() {
    let backoff = Backoff(policy: policy(2))
    for failures in 1...12 {
      let step = backoff.step(afterFailures: failures)
      let waits = (0..<2000).map { seed in
        var draw = Draw(seed: UInt64(seed))
        return backoff.wait(afterFailures: failures, draw: &draw)
      }
      #expect(waits.allSatisfy { step / 2 <= $0 && $0 <= step })
      #expect(waits.contains { $0 < step / 2 + step / 20 })
      #expect(waits.contains { $0 > step - step / 20 })
    }
  }

  @Test("Draws of one event differ, and are the same for the same bits")
  func draws() {
    var one = Draw(seed: 42)
    var other = Draw(seed: 42)
    let first = (0..<8).map { _ in one.fraction() }
    #expect(Set(first).count == 8)
    #expect(first == (0..<8).map { _ in other.fraction() })
  }
}
