import RotationEngine
import Testing

@testable import Configuration

@Suite struct SpanOfTimeTests {
  @Test(arguments: [
    ("500ms", 500), ("500msec", 500), ("1s", 1000), ("1sec", 1000), ("2second", 2000),
    ("2seconds", 2000), ("1m", 60_000), ("1min", 60_000), ("1minute", 60_000),
    ("3minutes", 180_000), ("1h", 3_600_000), ("1hr", 3_600_000), ("1hour", 3_600_000),
    ("2hours", 7_200_000), ("1d", 86_400_000), ("1day", 86_400_000), ("14days", 1_209_600_000),
    ("1w", 604_800_000), ("1week", 604_800_000), ("2weeks", 1_209_600_000),
    ("1M", 2_629_800_000), ("1month", 2_629_800_000), ("2months", 5_259_600_000),
    ("1y", 31_557_600_000), ("1year", 31_557_600_000), ("2years", 63_115_200_000),
    ("1h 30min", 5_400_000), ("1h30min", 5_400_000), (" 2 h ", 7_200_000),
    ("1d 1d", 172_800_000), ("30s 1h", 3_630_000), ("2.5h", 9_000_000), (".5s", 500),
    ("0.001s", 1), ("1.0005s", 1001), ("1us", 1), ("1usec", 1), ("1\u{B5}s", 1),
    ("1\u{3BC}s", 1), ("2000us", 2), ("0s", 0), ("1y 2M 3d 4h 5min 6s 7ms", 37_091_106_007),
  ])
  func reads(text: String, milliseconds: Int64) throws {
    #expect(try SpanOfTime.parse(text) == .milliseconds(milliseconds))
  }

  @Test(arguments: [
    ("", "is empty; \(SpanOfTime.example)"),
    ("  ", "is empty; \(SpanOfTime.example)"),
    ("30", #"has a bare number; write "30s" for seconds"#),
    ("1h 30", #"has a bare number; write "30s" for seconds"#),
    ("1.5", #"has a bare number; write "1.5s" for seconds"#),
    ("-5s", "must not be negative"),
    ("+5s", "is no span of time; \(SpanOfTime.example)"),
    ("1h -5min", "is no span of time; \(SpanOfTime.example)"),
    ("soon", "is no span of time; \(SpanOfTime.example)"),
    ("infinity", "is no span of time; \(SpanOfTime.example)"),
    ("5S", "has an unknown unit; the units are us, ms, s, min, h, d, w, month, y"),
    ("5 fortnights", "has an unknown unit; the units are us, ms, s, min, h, d, w, month, y"),
    ("1.2.3s", #"has a bare number; write "1.2s" for seconds"#),
    ("99999999999999999999s", "is too long a span of time"),
    ("600000y", "is too long a span of time"),
    ("500000y 500000y", "is too long a span of time"),
  ])
  func refuses(text: String, message: String) {
    #expect(throws: SpanOfTime.Problem(message: message)) { try SpanOfTime.parse(text) }
  }
}
