import RotationEngine

/// Spans of time as systemd.time(7) writes them: `14d`, `1h 30min`, `2.5h`, `500ms`.
enum SpanOfTime {
  /// Why a text is no span of time, in words that follow the key's name.
  struct Problem: Error, Hashable {
    let message: String
  }

  /// Reads a span.
  ///
  /// What is finer than a millisecond is rounded up, so that `1us` does not become no time at all.
  static func parse(_ text: String) throws(Problem) -> TimeSpan {
    var scanner = Scanner(rest: Substring(text).unicodeScalars)
    scanner.skipBlanks()
    guard let first = scanner.rest.first else {
      throw Problem(message: "is empty; \(example)")
    }
    if first == "-" { throw Problem(message: "must not be negative") }
    var microseconds: UInt64 = 0
    while !scanner.rest.isEmpty {
      let part = try scanner.part()
      let (sum, overflow) = microseconds.addingReportingOverflow(part)
      guard !overflow else { throw .tooLong }
      microseconds = sum
      scanner.skipBlanks()
    }
    return TimeSpan(milliseconds: Int64(microseconds / 1000) + (microseconds % 1000 == 0 ? 0 : 1))
  }

  /// What a span looks like.
  static let example = #"write a number with a unit, such as "30s", "1h 30min" or "14d""#

  private static func microseconds(of unit: String) -> UInt64? {
    switch unit {
    // The micro sign and the Greek letter look alike.
    case "usec", "us", "\u{B5}s", "\u{3BC}s": 1
    case "msec", "ms": 1000
    case "seconds", "second", "sec", "s": 1_000_000
    case "minutes", "minute", "min", "m": 60_000_000
    case "hours", "hour", "hr", "h": 3_600_000_000
    case "days", "day", "d": 86_400_000_000
    case "weeks", "week", "w": 604_800_000_000
    case "months", "month", "M": 2_629_800_000_000
    case "years", "year", "y": 31_557_600_000_000
    default: nil
    }
  }

  private struct Scanner {
    var rest: Substring.UnicodeScalarView

    mutating func skipBlanks() {
      rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }
    }

    mutating func part() throws(Problem) -> UInt64 {
      let whole = digits()
      var fraction = ""
      if rest.first == "." {
        rest.removeFirst()
        fraction = digits()
      }
      guard !(whole.isEmpty && fraction.isEmpty) else {
        throw Problem(message: "is no span of time; \(example)")
      }
      skipBlanks()
      let unit = String(String.UnicodeScalarView(rest.prefix { !$0.endsUnit }))
      rest = rest.drop { !$0.endsUnit }
      guard !unit.isEmpty else {
        let number = fraction.isEmpty ? whole : "\(whole).\(fraction)"
        throw Problem(message: "has a bare number; write \"\(number)s\" for seconds")
      }
      guard let size = microseconds(of: unit) else {
        throw Problem(
          message: "has an unknown unit; the units are us, ms, s, min, h, d, w, month, y")
      }
      guard let count = UInt64(whole.isEmpty ? "0" : whole) else { throw .tooLong }
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      let (sum, overflow2) = product.addingReportingOverflow(share(fraction, of: size))
      guard !overflow, !overflow2 else { throw .tooLong }
      return sum
    }

    private mutating func digits() -> String {
      let digits = rest.prefix { ("0"..."9").contains($0) }
      rest = rest[digits.endIndex...]
      return String(String.UnicodeScalarView(digits))
    }

    private func share(_ fraction: String, of size: UInt64) -> UInt64 {
      var place = size
      var sum: UInt64 = 0
      // Each digit is worth a tenth of the one before; from some digit on that is nothing.
      for digit in fraction.utf8 {
        place /= 10
        sum += UInt64(digit - UInt8(ascii: "0")) * place
      }
      return sum
    }
  }
}

extension SpanOfTime.Problem {
  fileprivate static let tooLong = SpanOfTime.Problem(message: "is too long a span of time")
}

extension Unicode.Scalar {
  fileprivate var endsUnit: Bool {
    switch self {
    case "0"..."9", " ", "\t", "\n", "\r", ".", "-", "+": true
    default: false
    }
  }
}
