import Dispatch
import RotationEngine
import Systemd

/// Pings systemd's watchdog from the loop itself, and only while its work advances (contract, section 6).
///
/// Each tick also has everything looked at again from the wall clock, so that suspend, a clock that jumps or a lost
/// timer costs one tick at most.
final class WatchdogTick {
  /// How often there is a tick where no watchdog asks for one.
  static let defaultInterval: Int64 = 90_000

  private let timer: any DispatchSourceTimer
  private let loop: RotationLoop
  private let notifier: ServiceNotifier
  private let interval: TimeSpan
  private let isWatched: Bool
  private let requestLimit: () -> TimeSpan
  /// Overdue at the last tick already: then its timer is lost, not late.
  private var overdue: WallTime?

  /// Starts ticking.
  ///
  /// - Parameters:
  ///   - loop: whose progress is watched.
  ///   - notifier: tells systemd.
  ///   - interval: half the watchdog's period in milliseconds; nil without a watchdog.
  ///   - requestLimit: the longest a request may take.
  init(
    loop: RotationLoop, notifier: ServiceNotifier, interval: Int64?,
    requestLimit: @escaping () -> TimeSpan
  ) {
    self.loop = loop
    self.notifier = notifier
    self.requestLimit = requestLimit
    isWatched = interval != nil
    self.interval = .milliseconds(interval ?? Self.defaultInterval)
    timer = DispatchSource.makeTimerSource(queue: loop.queue)
    let span = DispatchTimeInterval.milliseconds(Int(clamping: self.interval.milliseconds))
    timer.schedule(deadline: .now() + span, repeating: span)
    timer.setEventHandler { [weak self] in self?.tick() }
    timer.activate()
    if isWatched { notifier.watchdog() }
  }

  deinit { timer.cancel() }

  private func tick() {
    let stuck = stuckReason()
    loop.post(.tick)
    guard isWatched else { return }
    if let stuck {
      loop.say(
        Announcement(
          .watchdogWithheld, .error,
          "the loop makes no progress (\(stuck)), so systemd's watchdog is not told that it does",
          reason: "stuck"))
    } else {
      notifier.watchdog()
    }
  }

  private func stuckReason() -> String? {
    let deadline = loop.overdueDeadline
    defer { overdue = deadline }
    if let deadline, deadline == overdue { return "a timer was lost" }
    if let oldest = loop.oldestRequest {
      let limit = requestLimit() + interval + interval
      if loop.clock.wall - oldest > limit, loop.clock.wall > oldest {
        return "a request has not ended in \(limit)"
      }
    }
    return nil
  }
}
