// The engine imports nothing, so it has the few lines of calendar that dates need: days since the epoch
// to a proleptic Gregorian date and back, by counting from the first of March of the year 0.

/// A calendar date in UTC.
public struct CivilDate: Hashable, Sendable {
  /// The year, 0 to 9999.
  public var year: Int64
  /// The month, 1 to 12.
  public var month: Int64
  /// The day of the month, 1 to 31.
  public var day: Int64

  /// Makes a date that exists, else nil (RFC 3339, section 5.7).
  public init?(year: Int64, month: Int64, day: Int64) {
    guard (0...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.daysInMonth(month, of: year)
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  init(daysSinceEpoch: Int64) {
    let shifted = daysSinceEpoch + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  var daysSinceEpoch: Int64 {
    let marchYear = month <= 2 ? year - 1 : year
    let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The start of the day in UTC (contract, rule 5).
  public var startOfDay: WallTime {
    WallTime(millisecondsSinceEpoch: daysSinceEpoch * 86_400_000)
  }

  private static func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

extension WallTime: CustomStringConvertible {
  /// The date in UTC, `2026-12-31`.
  public var date: String {
    let days = millisecondsSinceEpoch.flooredQuotient(86_400_000)
    let civil = CivilDate(daysSinceEpoch: days)
    return "\(civil.year.padded(4))-\(civil.month.padded(2))-\(civil.day.padded(2))"
  }

  /// RFC 3339 in UTC to the second, `2026-12-31T00:00:00Z`.
  public var description: String {
    let seconds = millisecondsSinceEpoch.flooredQuotient(1000)
    let second = seconds - seconds.flooredQuotient(86_400) * 86_400
    let clock = [second / 3600, second / 60 % 60, second % 60].map { $0.padded(2) }
    return "\(date)T\(clock.joined(separator: ":"))Z"
  }

  /// Reads a date (`2026-12-31`: its start in UTC) or a date-time of RFC 3339, white space around it ignored.
  ///
  /// A date-time without an offset, and one with a space for the `T`, are taken as people write them: in UTC.
  /// Returns nil for anything else.
  public init?(dateText text: String) {
    var scanner = DigitScanner(text)
    guard let year = scanner.number(of: 4), scanner.skip("-"), let month = scanner.number(of: 2),
      scanner.skip("-"), let day = scanner.number(of: 2),
      let civil = CivilDate(year: year, month: month, day: day)
    else { return nil }
    if scanner.isAtEnd {
      self = civil.startOfDay
      return
    }
    guard scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
      let hour = scanner.number(of: 2), hour < 24, scanner.skip(":"),
      let minute = scanner.number(of: 2), minute < 60
    else { return nil }
    var second: Int64 = 0
    var fraction: Int64 = 0
    if scanner.skip(":") {
      // 60 is a leap second, which this clock does not have: it counts as the next minute's start.
      guard let value = scanner.number(of: 2), value <= 60 else { return nil }
      second = value
      if scanner.skip(".") {
        guard let value = scanner.fractionInMilliseconds() else { return nil }
        fraction = value
      }
    }
    guard let offset = scanner.offsetInMinutes(), scanner.isAtEnd else { return nil }
    let minutes = hour * 60 + minute - offset
    self = civil.startOfDay + .minutes(minutes) + .seconds(second) + .milliseconds(fraction)
  }
}

private struct DigitScanner {
  private var rest: Substring.UTF8View

  init(_ text: String) {
    let blank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    var trimmed = text[...].utf8.drop(while: blank)
    while let last = trimmed.last, blank(last) { trimmed.removeLast() }
    rest = trimmed
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func number(of digits: Int) -> Int64? {
    guard rest.count >= digits else { return nil }
    var value: Int64 = 0
    for _ in 0..<digits {
      guard let digit = rest.first, (0x30...0x39).contains(digit) else { return nil }
      value = value * 10 + Int64(digit - 0x30)
      rest.removeFirst()
    }
    return value
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard let first = rest.first, UInt32(first) == character.value else { return false }
    rest.removeFirst()
    return true
  }

  mutating func fractionInMilliseconds() -> Int64? {
    var value: Int64 = 0
    var count = 0
    while let digit = rest.first, (0x30...0x39).contains(digit) {
      if count < 3 { value = value * 10 + Int64(digit - 0x30) }
      count += 1
      rest.removeFirst()
    }
    guard count > 0 else { return nil }
    for _ in count..<max(count, 3) { value *= 10 }
    return value
  }

  mutating func offsetInMinutes() -> Int64? {
    if isAtEnd || skip("Z") || skip("z") { return 0 }
    let sign: Int64
    if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
    guard let hours = number(of: 2), hours < 24, skip(":"), let minutes = number(of: 2),
      minutes < 60
    else { return nil }
    return sign * (hours * 60 + minutes)
  }
}

extension Int64 {
  fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
    self / divisor - (self % divisor < 0 ? 1 : 0)
  }

  fileprivate func padded(_ width: Int) -> String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
  }
}
