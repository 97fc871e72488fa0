/// Exponential backoff with equal jitter: the wait is drawn between half the step and the step.
struct Backoff {
  var policy: RetryPolicy

  /// The longest wait after so many failures in a row, 1 or more.
  func step(afterFailures failures: Int) -> TimeSpan {
    var step = policy.initial
    // Past 64 doublings any first step is beyond any maximum; the bound keeps the loop short.
    for _ in 1..<min(max(failures, 1), 64) where step < policy.max {
      step = step * policy.factor
    }
    return min(step, policy.max)
  }

  /// A wait after so many failures in a row.
  func wait(afterFailures failures: Int, draw: inout Draw) -> TimeSpan {
    let step = step(afterFailures: failures)
    let half = step / 2
    return half + (step - half) * draw.fraction()
  }
}

/// The random numbers of one event, all of them made from the 64 bits that came with it (SplitMix64).
struct Draw {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A number from 0 up to, not including, 1.
  mutating func fraction() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    return Double(mixed >> 11) * 0x1p-53
  }
}
