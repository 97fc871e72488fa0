/// A point on the wall clock: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
public struct WallTime: Hashable, Comparable, Sendable {
  /// Milliseconds since the epoch.
  public var millisecondsSinceEpoch: Int64

  /// Makes the point so many milliseconds after the epoch.
  public init(millisecondsSinceEpoch: Int64) {
    self.millisecondsSinceEpoch = millisecondsSinceEpoch
  }

  /// Orders by time.
  public static func < (left: WallTime, right: WallTime) -> Bool {
    left.millisecondsSinceEpoch < right.millisecondsSinceEpoch
  }

  /// The point a span later; the last one there is where that does not fit.
  public static func + (time: WallTime, span: TimeSpan) -> WallTime {
    WallTime(
      millisecondsSinceEpoch: time.millisecondsSinceEpoch.addingClamped(span.milliseconds))
  }

  /// The point a span earlier; the first one there is where that does not fit.
  public static func - (time: WallTime, span: TimeSpan) -> WallTime {
    WallTime(
      millisecondsSinceEpoch: time.millisecondsSinceEpoch.subtractingClamped(span.milliseconds))
  }

  /// The span from the right point to the left one.
  public static func - (later: WallTime, earlier: WallTime) -> TimeSpan {
    TimeSpan(
      milliseconds: later.millisecondsSinceEpoch.subtractingClamped(
        earlier.millisecondsSinceEpoch))
  }
}

/// What an event brings along from the world: the time and some randomness, as plain values.
public struct Moment: Hashable, Sendable {
  /// What the wall clock says.
  ///
  /// It may jump.
  public var wall: WallTime
  /// The time since boot, suspend included (CLOCK_BOOTTIME).
  ///
  /// It never jumps.
  public var steady: TimeSpan
  /// 64 random bits, from which all that is drawn during one event comes.
  public var randomness: UInt64

  /// Makes a moment.
  public init(wall: WallTime, steady: TimeSpan, randomness: UInt64) {
    self.wall = wall
    self.steady = steady
    self.randomness = randomness
  }
}
