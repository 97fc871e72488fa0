import RotationEngine

/// How fast a channel that people read is told: a few alerts at once, then one now and then.
///
/// What comes meanwhile gathers, and is told together: ten thousand sources that fail within some seconds are a few
/// messages.
struct DeliveryPace {
  /// How many may be told at once.
  static let burst = 10
  /// How often one is told after that.
  static let interval = TimeSpan.seconds(10)

  /// When the whole burst is there again, on a clock that never jumps.
  private var isFullAt = TimeSpan.zero

  /// How long to wait before the next delivery; zero: it may be now.
  func wait(at now: TimeSpan) -> TimeSpan {
    max(.zero, isFullAt - now - Self.interval * Double(Self.burst - 1))
  }

  /// Counts a delivery.
  mutating func count(at now: TimeSpan) { isFullAt = max(isFullAt, now) + Self.interval }
}
