import RotationEngine
import Testing

@testable import DXClient

@Suite struct RetryAfterTests {
  @Test(
    arguments: [
      ("0", 0), ("120", 120), (" 5 ", 5), ("007", 7), ("3600", 3600), ("315360000", 315_360_000),
      ("315360001", 315_360_000), ("9223372036854775807", 315_360_000),
      ("99999999999999999999999999", 315_360_000),
    ] as [(String, Int64)])
  func secondsAreADelay(text: String, seconds: Int64) {
    #expect(Answer.RetryAfter(header: text) == .after(.seconds(seconds)))
  }

  @Test(arguments: [
    ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"),
    ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"),
    ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"),
    ("Sun Nov 16 08:49:37 1994", "1994-11-16T08:49:37Z"),
    ("Thursday, 31-Dec-26 23:59:59 GMT", "2026-12-31T23:59:59Z"),
    (" Wed, 21 Oct 2026 07:28:00 GMT ", "2026-10-21T07:28:00Z"),
    ("Sat, 29 Feb 2028 00:00:00 GMT", "2028-02-29T00:00:00Z"),
    ("Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00Z"),
  ])
  func aDateIsATime(text: String, time: String) throws {
    #expect(try Answer.RetryAfter(header: text) == .at(#require(WallTime(dateText: time))))
  }

  @Test(arguments: [
    "", " ", "-5", "+5", "1.5", "5s", "1e3", "soon", "٣", "2026-10-21T07:28:00Z",
    "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 08:49 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 194 08:49:37 GMT", "Sun, 06 Nov 19940 08:49:37 GMT",
    "Sun, 006 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT", "06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT GMT", "Sun, 06 Nov 1994 08::49:37 GMT",
  ])
  func anythingElseIsNothing(text: String) {
    #expect(Answer.RetryAfter(header: text) == nil)
  }
}
