/// A length of time in whole milliseconds.
///
/// May be negative.
public struct TimeSpan: Hashable, Comparable, Sendable {
  /// Milliseconds.
  public var milliseconds: Int64

  /// Makes a span of milliseconds.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// No time at all.
  public static let zero = TimeSpan(milliseconds: 0)

  /// A span of milliseconds.
  public static func milliseconds(_ count: Int64) -> TimeSpan { TimeSpan(milliseconds: count) }

  /// A span of seconds.
  public static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(milliseconds: count * 1000) }

  /// A span of minutes.
  public static func minutes(_ count: Int64) -> TimeSpan { .seconds(count * 60) }

  /// A span of hours.
  public static func hours(_ count: Int64) -> TimeSpan { .minutes(count * 60) }

  /// A span of days of 24 hours.
  public static func days(_ count: Int64) -> TimeSpan { .hours(count * 24) }

  /// Orders by length.
  public static func < (left: TimeSpan, right: TimeSpan) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// The sum; the largest span where that does not fit.
  public static func + (left: TimeSpan, right: TimeSpan) -> TimeSpan {
    TimeSpan(milliseconds: left.milliseconds.addingClamped(right.milliseconds))
  }

  /// The difference; the largest span where that does not fit.
  public static func - (left: TimeSpan, right: TimeSpan) -> TimeSpan {
    TimeSpan(milliseconds: left.milliseconds.subtractingClamped(right.milliseconds))
  }

  /// The span times a factor; the largest span where that does not fit.
  public static func * (span: TimeSpan, factor: Double) -> TimeSpan {
    let product = Double(span.milliseconds) * factor
    guard product < Double(Int64.max) else { return TimeSpan(milliseconds: .max) }
    return TimeSpan(milliseconds: Int64(max(product, Double(Int64.min))))
  }

  /// The span divided by a whole number, rounded towards zero.
  public static func / (span: TimeSpan, divisor: Int64) -> TimeSpan {
    TimeSpan(milliseconds: span.milliseconds / divisor)
  }
}

extension TimeSpan: CustomStringConvertible {
  /// As people say it, two units at most: `14d`, `1h 30min`, `2.5s`, `500ms`.
  public var description: String {
    if milliseconds < 0 { return "-\(TimeSpan.zero - self)" }
    if milliseconds < 1000 { return "\(milliseconds)ms" }
    if milliseconds < 60_000, milliseconds % 1000 != 0 {
      return "\(milliseconds / 1000).\(milliseconds % 1000 / 100)s"
    }
    let units: [(size: Int64, name: String)] = [
      (86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"),
    ]
    for (index, unit) in units.enumerated() where milliseconds >= unit.size {
      let whole = "\(milliseconds / unit.size)\(unit.name)"
      guard index + 1 < units.count else { return whole }
      let next = units[index + 1]
      let rest = milliseconds % unit.size / next.size
      return rest == 0 ? whole : "\(whole) \(rest)\(next.name)"
    }
    return "\(milliseconds)ms"
  }
}

extension Int64 {
  func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }

  func subtractingClamped(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other < 0 ? .max : .min) : difference
  }
}
