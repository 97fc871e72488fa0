import Dispatch
import RotationEngine

/// The one timer of the loop, armed for the engine's next deadline on the wall clock.
final class LoopTimer {
  private let source: any DispatchSourceTimer
  private let clock: SystemClock
  private let armed: (WallTime?) -> Void
  /// What it is armed for; nil once it has fired.
  private(set) var deadline: WallTime?
  private var worstLag = TimeSpan.zero

  /// Armed for nothing yet.
  ///
  /// - Parameters:
  ///   - queue: the serial queue of all calls and callbacks.
  ///   - clock: says when a deadline has passed.
  ///   - armed: called whenever the deadline changes.
  ///   - fired: called when it has passed.
  init(
    queue: DispatchQueue, clock: SystemClock, armed: @escaping (WallTime?) -> Void,
    fired: @escaping () -> Void
  ) {
    self.clock = clock
    self.armed = armed
    source = DispatchSource.makeTimerSource(queue: queue)
    source.schedule(wallDeadline: .distantFuture)
    source.setEventHandler { [weak self] in
      self?.fired()
      fired()
    }
    source.activate()
  }

  deinit { source.cancel() }

  private func fired() {
    if let deadline { worstLag = max(worstLag, clock.wall - deadline) }
    deadline = nil
  }

  /// The latest that it fired since the last call.
  func takeLag() -> TimeSpan {
    defer { worstLag = .zero }
    return worstLag
  }

  func arm(for next: WallTime?) {
    guard next != deadline else { return }
    deadline = next
    armed(next)
    guard let next else { return source.schedule(wallDeadline: .distantFuture) }
    // Rounded up: a timer that fires within the millisecond before its deadline would find nothing due.
    let wait = max(0, (next - clock.wall).milliseconds) + 1
    source.schedule(
      wallDeadline: .now() + .milliseconds(Int(min(wait, Int64(Int32.max)))),
      leeway: .microseconds(500))
  }
}
