import Foundation

/// Everything that the API received, in the order of arrival.
struct RequestLog: Sendable {
  /// What became of a request.
  enum Outcome: String, Sendable {
    /// It is being delayed.
    case pending
    case answered
    /// The connection was reset.
    case reset
    /// The client hung up before its delay was over.
    case abandoned
  }

  /// One request.
  struct Entry: Sendable {
    let n: Int
    /// Milliseconds since the epoch.
    let at: Int64
    let method: APICall.Method
    let request: HTTPRequest
    var status: Int?
    var outcome = Outcome.pending
  }

  /// Which requests somebody wants to see.
  struct Query: Sendable {
    /// Those with a greater number.
    var after = 0
    /// Nil for any.
    var method: APICall.Method?
    /// Without those that are still being delayed.
    var settledOnly = false
  }

  private(set) var entries: [Entry] = []
  private var last = 0

  /// Adds a request, and returns its number: one more than the last, also after `clear`.
  mutating func append(_ request: HTTPRequest, _ method: APICall.Method, at now: Int64) -> Int {
    last += 1
    entries.append(Entry(n: last, at: now, method: method, request: request))
    return last
  }

  /// Says what became of a request; one that was cleared meanwhile is forgotten.
  mutating func finish(_ n: Int, _ outcome: Outcome, status: Int?) {
    guard let first = entries.first?.n, entries.indices.contains(n - first) else { return }
    entries[n - first].outcome = outcome
    entries[n - first].status = status
  }

  mutating func clear() {
    entries = []
  }

  /// The requests that a query asks for.
  func entries(_ query: Query) -> [Entry] {
    guard let first = entries.first?.n else { return [] }
    // Numbers have no gaps, so the place of the first one is known.
    return entries.dropFirst(max(0, query.after - first + 1)).filter { entry in
      (query.method == nil || entry.method == query.method)
        && !(query.settledOnly && entry.outcome == .pending)
    }
  }
}

extension RequestLog.Entry {
  /// The entry; secrets and the key are shown only when it is `raw`.
  func json(raw: Bool) -> JSON {
    var headers = request.headers
    if let authorization = headers["authorization"], !raw {
      headers["authorization"] = Redaction.authorization(authorization)
    }
    return [
      "n": .integer(n), "at": .integer(Int(at)), "method": .string(request.method),
      "path": .string(request.target), "headers": .object(headers.mapValues(JSON.string)),
      "body_length": .integer(request.body.count),
      "body": raw
        ? .string(String(decoding: request.body, as: UTF8.self)) : Redaction.body(request.body),
      "status": status.map(JSON.integer) ?? .null, "outcome": .string(outcome.rawValue),
    ]
  }
}
