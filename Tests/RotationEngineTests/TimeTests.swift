import Testing

@testable import RotationEngine

@Suite struct TimeTests {
  @Test(
    "Rule 5: a date without a time is the start of that day in UTC; date-times as people write them",
    arguments: [
      ("1970-01-01", "1970-01-01T00:00:00Z"), ("2026-12-31", "2026-12-31T00:00:00Z"),
      (" 2026-12-31\n", "2026-12-31T00:00:00Z"), ("2024-02-29", "2024-02-29T00:00:00Z"),
      ("2000-02-29", "2000-02-29T00:00:00Z"), ("0000-01-01", "0000-01-01T00:00:00Z"),
      ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
      ("2026-12-31T12:34:56Z", "2026-12-31T12:34:56Z"),
      ("2026-12-31t12:34:56z", "2026-12-31T12:34:56Z"),
      ("2026-12-31 12:34", "2026-12-31T12:34:00Z"),
      ("2026-12-31T12:34:56.789+02:00", "2026-12-31T10:34:56Z"),
      ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"),
      ("2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"),
      ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
      ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
    ])
  func reads(text: String, expected: String) {
    #expect(WallTime(dateText: text)?.description == expected)
  }

  @Test(
    "What is no date is none",
    arguments: [
      "", "tomorrow", "2026", "2026-13-01", "2026-00-10", "2026-02-29", "1900-02-29", "2026-04-31",
      "2026-1-1", "26-01-01", "2026-01-01T", "2026-01-01T24:00:00Z", "2026-01-01T12:60:00Z",
      "2026-01-01T12:00:61Z", "2026-01-01T12:00:00.Z", "2026-01-01T12:00:00+0200",
      "2026-01-01T12:00:00+24:00", "2026-01-01Z", "2026-01-01 x", "2026/01/01", "-026-01-01",
      "2026-01-01T12:00:00Zz", "२०२६-01-01",
    ])
  func refuses(text: String) { #expect(WallTime(dateText: text) == nil) }

  @Test("Every day of 800 years comes back from its text")
  func everyDay() {
    var previous = WallTime.at("1799-12-31")
    for day in 0..<292_194 {
      let time = WallTime.at("1800-01-01") + .days(Int64(day))
      guard time.date > previous.date, WallTime(dateText: time.date) == time else {
        Issue.record("\(time.date)")
        return
      }
      previous = time
    }
    #expect(previous.date == "2599-12-31")
  }

  @Test("Milliseconds are kept, and not shown")
  func milliseconds() {
    let time = WallTime(dateText: "2026-01-01T00:00:00.25Z")
    #expect(time.map { $0 - .at("2026-01-01") } == .milliseconds(250))
    let precise = WallTime(dateText: "2026-01-01T00:00:00.123999Z")
    #expect(precise == .at("2026-01-01") + .milliseconds(123))
    #expect((WallTime.at("1970-01-01") - .milliseconds(1)).description == "1969-12-31T23:59:59Z")
  }

  @Test("Sums that do not fit stay at the ends of time, and can be described")
  func clamped() {
    let last = WallTime(millisecondsSinceEpoch: .max)
    let first = WallTime(millisecondsSinceEpoch: .min)
    #expect(last + .days(1) == last)
    #expect(first - .days(1) == first)
    #expect((last - first).milliseconds == .max)
    #expect(first.date.hasPrefix("-"))
    #expect(!last.description.isEmpty)
    #expect(TimeSpan(milliseconds: .max) * 2 == TimeSpan(milliseconds: .max))
    #expect(TimeSpan(milliseconds: .min) * 2 == TimeSpan(milliseconds: .min))
  }

  @Test(
    "A span reads as people say it",
    arguments: [
      (0, "0ms"), (500, "500ms"), (999, "999ms"), (1000, "1s"), (2500, "2.5s"), (59_999, "59.9s"),
      (60_000, "1min"), (90_000, "1min 30s"), (3_600_000, "1h"), (5_400_000, "1h 30min"),
      (3_601_000, "1h"), (86_400_000, "1d"), (90_000_000, "1d 1h"), (1_209_600_000, "14d"),
      (-90_000, "-1min 30s"),
    ] as [(Int64, String)])
  func describes(milliseconds: Int64, text: String) {
    #expect(TimeSpan.milliseconds(milliseconds).description == text)
  }
}
