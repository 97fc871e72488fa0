/// A fault as `POST /simulator/faults` gives it.
extension Fault: Decodable {
  fileprivate enum Key: String, CodingKey, CaseIterable {
    case match, connection, credential, times, kind, ms, hold, status, body, error, location, bytes
    case depth
    case afterHandling = "after_handling"
    case contentType = "content_type"
    case retryAfter = "retry_after"
    case displayMessage = "display_message"
    case millisecondsPerByte = "ms_per_byte"
  }

  private enum Match: String, Decodable {
    case any, update, list, info, connections
  }

  fileprivate enum Name: String, Decodable {
    case delay, reset, truncated, slow, status, throttle, malformed, redirect, huge, nested, empty
    case raw
    case okFalse = "ok_false"
    case okTrueWith500 = "ok_true_500"
    case wrongID = "wrong_id"
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.onlyKeys(Key.self)
    let match = try values.decodeIfPresent(Match.self, forKey: .match) ?? .any
    method = APICall.Method(rawValue: match.rawValue)
    connection = try values.decodeIfPresent(Int.self, forKey: .connection)
    credential = try values.decodeIfPresent(Int.self, forKey: .credential)
    times = try values.decodeIfPresent(Int.self, forKey: .times) ?? 1
    kind = try Kind(values.decode(Name.self, forKey: .kind), values)
    delay = try values.decodeIfPresent(Double.self, forKey: .ms) ?? 0
    handlesBeforeDelay = try values.decodeIfPresent(Bool.self, forKey: .hold) ?? false
    afterHandling = try values.decodeIfPresent(Bool.self, forKey: .afterHandling) ?? false
    try values.refuse(.times, unless: times >= 0, "a number of calls, or 0 for all")
    try values.refuse(.ms, unless: 0...3_600_000 ~= delay, "0 to 3600000")
  }
}

extension Fault.Kind {
  fileprivate init(_ name: Fault.Name, _ values: KeyedDecodingContainer<Fault.Key>) throws {
    switch name {
    case .delay: self = .delay
    case .reset: self = .reset
    case .truncated: self = .truncated
    case .malformed: self = .malformed
    case .okTrueWith500: self = .okTrueWith500
    case .wrongID: self = .wrongID
    case .empty: self = .empty
    case .slow:
      let pace = try values.decode(Double.self, forKey: .millisecondsPerByte)
      try values.refuse(.millisecondsPerByte, unless: 0...60_000 ~= pace, "0 to 60000")
      self = .slow(millisecondsPerByte: pace)
    case .status:
      self = .status(
        try values.decode(Int.self, forKey: .status),
        body: try values.decodeIfPresent(String.self, forKey: .body) ?? "<h1>Simulated</h1>",
        contentType: try values.decodeIfPresent(String.self, forKey: .contentType) ?? "text/html")
    case .throttle:
      self = .throttle(retryAfter: try values.decodeIfPresent(String.self, forKey: .retryAfter))
    case .okFalse:
      self = .okFalse(
        error: try values.decode(String.self, forKey: .error),
        displayMessage: try values.decodeIfPresent(String.self, forKey: .displayMessage))
    case .redirect:
      self = .redirect(
        status: try values.decodeIfPresent(Int.self, forKey: .status) ?? 302,
        location: try values.decode(String.self, forKey: .location))
    case .huge:
      let bytes = try values.decode(Int.self, forKey: .bytes)
      try values.refuse(.bytes, unless: 0...1_000_000_000 ~= bytes, "0 to 1000000000")
      self = .huge(bytes: bytes)
    case .nested:
      let depth = try values.decode(Int.self, forKey: .depth)
      try values.refuse(.depth, unless: 0...100_000_000 ~= depth, "0 to 100000000")
      self = .nested(depth: depth)
    case .raw:
      self = .raw(
        status: try values.decodeIfPresent(Int.self, forKey: .status) ?? 200,
        body: try values.decode(String.self, forKey: .body))
    }
  }
}

extension KeyedDecodingContainer<Fault.Key> {
  fileprivate func refuse(_ key: Fault.Key, unless isValid: Bool, _ expected: String) throws {
    guard isValid else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: self, debugDescription: "expected \(expected)")
    }
  }
}
