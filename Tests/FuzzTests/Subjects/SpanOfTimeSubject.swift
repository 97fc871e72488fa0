import RotationEngine

@testable import Configuration

/// A span of time as it is written.
enum SpanOfTimeSubject {
  static func take(_ input: [UInt8]) throws(Finding) {
    let text = String(decoding: input, as: UTF8.self)
    guard let span = try span(text) else { return }
    try require(span >= .zero, "the span is negative: \(span)")
    try require(try self.span(" 0s \(text) ") == span, "blanks or no time at all change it")
    guard let twice = try self.span("\(text) \(text)") else { return }
    // Each half is rounded up to a millisecond.
    let difference = span + span - twice
    try require(
      (TimeSpan.zero...TimeSpan.milliseconds(1)).contains(difference),
      "twice \(span) is \(twice)")
  }

  private static func span(_ text: String) throws(Finding) -> TimeSpan? {
    do throws(SpanOfTime.Problem) {
      return try SpanOfTime.parse(text)
    } catch {
      try requireOneLine(error.message)
      return nil
    }
  }
}
