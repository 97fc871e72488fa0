import RotationEngine
import Synchronization

/// Until when a node's claims hold for certain, for whoever is about to send; any thread may ask.
package final class SendingRight: Sendable {
  /// Milliseconds on CLOCK_BOOTTIME.
  private let until = Atomic<Int64>(0)

  /// Whether it stands at this moment.
  package var stands: Bool { SteadyClock.now.milliseconds < until.load(ordering: .acquiring) }

  func extend(to time: TimeSpan) { until.store(time.milliseconds, ordering: .releasing) }

  func end() { until.store(0, ordering: .releasing) }
}
