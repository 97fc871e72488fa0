import RotationEngine

/// Times as people say them from now: `in 13d`, `2h ago`.
enum RelativeTime {
  static func text(_ time: WallTime?, from now: WallTime) -> String {
    guard let time else { return "-" }
    let span = time - now
    if span.milliseconds >= 1000 { return "in \(coarse(span))" }
    if span.milliseconds > -1000 { return "now" }
    return "\(coarse(now - time)) ago"
  }

  /// One unit, or two where the larger one is small.
  private static func coarse(_ span: TimeSpan) -> String {
    let units: [(size: Int64, name: String)] = [
      (86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"),
    ]
    let milliseconds = span.milliseconds
    guard let index = units.firstIndex(where: { milliseconds >= $0.size }) else { return "0s" }
    let whole = milliseconds / units[index].size
    guard whole < 3, index + 1 < units.count else { return "\(whole)\(units[index].name)" }
    let next = units[index + 1]
    let rest = milliseconds % units[index].size / next.size
    return rest == 0
      ? "\(whole)\(units[index].name)" : "\(whole)\(units[index].name) \(rest)\(next.name)"
  }
}
