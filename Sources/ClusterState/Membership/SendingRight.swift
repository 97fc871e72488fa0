import RotationEngine
import Synchronization

/// Until when a node's claims hold for certain, for whoever is about to send; any thread may ask.
package final class SendingRight: Sendable {
  /// Asked before a send begins: false where the right, as it stood when the permit was given, has ended since.
  ///
  /// The right may be back by then, but with other claims.
  package typealias Permit = @Sendable () -> Bool

  /// Milliseconds on CLOCK_BOOTTIME.
  private let until = Atomic<Int64>(0)
  /// How often it has ended.
  private let ends = Atomic<Int>(0)

  /// Whether it stands at this moment.
  package var stands: Bool { SteadyClock.now.milliseconds < until.load(ordering: .acquiring) }

  /// A permit that holds good until the right ends the next time.
  package func permit() -> Permit {
    let given = ends.load(ordering: .acquiring)
    return { [self] in stands && ends.load(ordering: .acquiring) == given }
  }

  func extend(to time: TimeSpan) { until.store(time.milliseconds, ordering: .releasing) }

  func end() {
    until.store(0, ordering: .releasing)
    ends.add(1, ordering: .acquiringAndReleasing)
  }
}
