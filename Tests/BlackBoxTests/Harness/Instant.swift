import Foundation

/// A time as the program writes it: RFC 3339 in UTC.
struct Instant: Comparable {
  private var seconds: Double

  /// Reads a time.
  init(_ text: String) throws {
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
    guard text.hasSuffix("Z"), let date = try? style.parse(text) else {
      throw Failure("not a time in UTC: \(text)")
    }
    seconds = date.timeIntervalSince1970
  }

  static func < (left: Instant, right: Instant) -> Bool { left.seconds < right.seconds }

  /// Seconds from one to the other.
  static func - (left: Instant, right: Instant) -> Double { left.seconds - right.seconds }

  static func + (left: Instant, seconds: Double) -> Instant {
    var sum = left
    sum.seconds += seconds
    return sum
  }
}
