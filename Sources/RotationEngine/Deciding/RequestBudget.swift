/// The budget of requests in every sliding minute (contract: `api.requests_per_minute`).
///
/// A request's place is free again a minute after the request *ended*: by then the server had received it, so
/// that no minute on the server's clock, wherever it starts, sees more requests than the budget.
struct RequestBudget {
  static let minute = TimeSpan.minutes(1)

  let limit: Int
  private(set) var inFlight = 0
  // The ends of the requests of the last minute, oldest first, as a ring: `limit` at most.
  private var ends: [TimeSpan] = []
  private var oldest = 0
  private var endCount = 0

  init(limit: Int) { self.limit = limit }

  /// Whether a request may start at this time since boot; forgets what is over a minute old.
  mutating func allows(at steady: TimeSpan) -> Bool {
    while endCount > 0, ends[oldest] + Self.minute <= steady {
      oldest = (oldest + 1) % ends.count
      endCount -= 1
    }
    return inFlight + endCount < limit
  }

  /// When a place is free next, if that depends on time alone.
  var nextFree: TimeSpan? {
    endCount > 0 && inFlight + endCount >= limit ? ends[oldest] + Self.minute : nil
  }

  /// A request starts.
  mutating func start() { inFlight += 1 }

  /// A request ended at this time since boot.
  mutating func end(at steady: TimeSpan) {
    inFlight -= 1
    record(steady)
  }

  /// A request was not made after all.
  mutating func cancel() { inFlight -= 1 }

  /// Takes over what an earlier process sent: when that ended is not known, so that it ended now.
  mutating func inherit(_ count: Int, at steady: TimeSpan) {
    for _ in 0..<count { record(steady) }
  }

  /// Takes over what an earlier budget, of another limit perhaps, has seen.
  mutating func inherit(_ earlier: RequestBudget) {
    inFlight = earlier.inFlight
    for index in 0..<earlier.endCount {
      record(earlier.ends[(earlier.oldest + index) % earlier.ends.count])
    }
  }

  private mutating func record(_ end: TimeSpan) {
    if endCount == ends.count {
      // Grows in line with what is used, so that a large budget costs no memory while it is idle.
      let ordered = (0..<endCount).map { ends[(oldest + $0) % ends.count] }
      ends = ordered + [TimeSpan](repeating: .zero, count: max(8, endCount))
      oldest = 0
    }
    ends[(oldest + endCount) % ends.count] = end
    endCount += 1
  }
}
