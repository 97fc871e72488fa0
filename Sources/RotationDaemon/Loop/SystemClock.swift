import Glibc
import RotationEngine

/// Where moments come from: the system's clocks and its random numbers.
package struct SystemClock: Sendable {
  /// Makes the clock.
  package init() {}

  /// Now.
  package var moment: Moment {
    var generator = SystemRandomNumberGenerator()
    return Moment(
      wall: WallTime(millisecondsSinceEpoch: Self.milliseconds(CLOCK_REALTIME)),
      steady: .milliseconds(Self.milliseconds(CLOCK_BOOTTIME)), randomness: generator.next())
  }

  /// Now, on the wall clock.
  package var wall: WallTime {
    WallTime(millisecondsSinceEpoch: Self.milliseconds(CLOCK_REALTIME))
  }

  private static func milliseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
