/// DX's limit: so many requests in any sixty seconds.
struct RateLimit: Sendable {
  private static let window: Int64 = 60_000

  /// Nil for no limit.
  let requestsPerMinute: Int?
  /// Arrivals in the window, oldest first, as milliseconds since the epoch.
  private var arrivals: [Int64] = []

  init(requestsPerMinute: Int?) {
    self.requestsPerMinute = requestsPerMinute
  }

  /// Counts a request; the answer is the refusal when there were too many, which counts for nothing.
  mutating func refusal(at now: Int64) -> HTTPResponse? {
    guard let requestsPerMinute else { return nil }
    arrivals.removeFirst(arrivals.prefix { $0 <= now - Self.window }.count)
    guard arrivals.count >= requestsPerMinute else {
      arrivals.append(now)
      return nil
    }
    let wait = (arrivals.first ?? now) + Self.window - now
    return .throttled(retryAfter: String((wait + 999) / 1000))
  }
}

extension HTTPResponse {
  /// Too many requests; `retryAfter` is seconds or an HTTP date.
  static func throttled(retryAfter: String?) -> HTTPResponse {
    HTTPResponse(
      status: 429, headers: retryAfter.map { ["Retry-After": $0] } ?? [:],
      ["ok": false, "error": "ratelimited"])
  }
}
