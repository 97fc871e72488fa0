import RotationEngine

extension Answer.RetryAfter {
  /// Far beyond what is obeyed, and far from what a time can hold.
  private static let longest = TimeSpan.days(3650)

  /// Reads the header's value: seconds, or a date of RFC 9110 section 5.6.7; nil for anything else.
  init?(header text: String) {
    let text = text.trimmed
    guard !text.isEmpty else { return nil }
    if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      // What no integer can hold is a number of seconds all the same.
      let seconds = Int64(text) ?? .max
      self = .after(seconds < Self.longest.milliseconds / 1000 ? .seconds(seconds) : Self.longest)
    } else if let date = WallTime(httpDate: text) {
      self = .at(date)
    } else {
      return nil
    }
  }
}

extension WallTime {
  /// Reads an HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`, or one of the two obsolete forms that must be understood,
  /// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
  ///
  /// The day of the week is not looked at beyond its being a word. Returns nil for anything else.
  init?(httpDate text: Substring) {
    let words = text.split(whereSeparator: { " ,-".contains($0) })
    guard let weekday = words.first, weekday.allSatisfy(\.isLetter) else { return nil }
    let year: Substring
    let month: Substring
    let day: Substring
    let clock: Substring
    switch words.count {
    case 6 where words[5] == "GMT":
      (day, month, year, clock) = (words[1], words[2], words[3], words[4])
    case 5:
      (month, day, clock, year) = (words[1], words[2], words[3], words[4])
    default:
      return nil
    }
    guard let year = Self.year(year), let month = Self.months.firstIndex(of: month),
      let day = Self.number(day, digits: 1...2),
      let date = CivilDate(year: year, month: Int64(month) + 1, day: day),
      let time = Self.timeOfDay(clock)
    else { return nil }
    self = date.startOfDay + time
  }

  private static let months: [Substring] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Four digits, or two with the century that POSIX gives them.
  private static func year(_ digits: Substring) -> Int64? {
    guard digits.utf8.count == 2 else { return number(digits, digits: 4...4) }
    return number(digits, digits: 2...2).map { $0 < 69 ? 2000 + $0 : 1900 + $0 }
  }

  private static func timeOfDay(_ clock: Substring) -> TimeSpan? {
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
    // 60 is a leap second, which counts as the next minute's start.
    guard parts.count == 3, let hour = number(parts[0], digits: 2...2), hour < 24,
      let minute = number(parts[1], digits: 2...2), minute < 60,
      let second = number(parts[2], digits: 2...2), second <= 60
    else { return nil }
    return .hours(hour) + .minutes(minute) + .seconds(second)
  }

  private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int64? {
    guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Int64(text)
  }
}

extension String {
  /// Without white space at its ends.
  fileprivate var trimmed: Substring {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return rest
  }
}
