import Glibc
import RotationEngine

/// The time since boot, suspend included (CLOCK_BOOTTIME), as `Moment.steady` has it.
package enum SteadyClock {
  /// The present.
  package static var now: TimeSpan {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return .milliseconds(Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }
}
