import Foundation

/// A way in which the next calls go wrong.
struct Fault: Sendable {
  /// What happens instead of, or to, the normal answer.
  enum Kind: Sendable {
    /// The normal answer, after `delay`.
    case delay
    case reset
    case truncated
    case slow(millisecondsPerByte: Double)
    case status(Int, body: String, contentType: String)
    case throttle(retryAfter: String?)
    case malformed
    case okFalse(error: String, displayMessage: String?)
    case okTrueWith500
    case wrongID
    case redirect(status: Int, location: String)
    case huge(bytes: Int)
    case nested(depth: Int)
    case empty
    case raw(status: Int, body: String)
  }

  /// Which method; nil for any.
  var method: APICall.Method?
  var connection: Int?
  var credential: Int?
  /// How many calls it still meets; 0 for all until it is cleared.
  var times: Int
  var kind: Kind
  /// Milliseconds before the answer.
  var delay: Double
  /// Whether the call is handled before the delay, not after it.
  var handlesBeforeDelay: Bool
  /// Whether a call whose answer is replaced or lost changes the state all the same.
  var afterHandling: Bool
  /// As it was posted.
  var source: JSON = nil

  func matches(_ call: APICall) -> Bool {
    (method == nil || method == call.method)
      && (connection == nil || connection == call.connection)
      && (credential == nil || credential == call.credential)
  }
}

extension Fault.Kind {
  /// What is answered in place of the normal answer; nil when that one is kept, or there is none.
  func replacement(for call: APICall) -> HTTPResponse? {
    switch self {
    case .delay, .reset, .truncated, .slow:
      nil
    case .status(let status, let body, let contentType):
      HTTPResponse(status: status, contentType: contentType, body: Data(body.utf8))
    case .throttle(let retryAfter):
      .throttled(retryAfter: retryAfter)
    case .malformed:
      HTTPResponse(
        status: 200, contentType: "application/json", body: Data(#"{"ok":true,"cred"#.utf8))
    case .okFalse(let error, let displayMessage):
      HTTPResponse(
        .object(
          ["ok": false, "error": .string(error)]
            .merging(displayMessage.map { ["display_message": .string($0)] } ?? [:]) { $1 }))
    case .okTrueWith500:
      HTTPResponse(status: 500, .accepted(id: call.credential ?? 0))
    case .wrongID:
      HTTPResponse(.accepted(id: (call.credential ?? 0) + 1))
    case .redirect(let status, let location):
      HTTPResponse(
        status: status, contentType: "text/plain", headers: ["Location": location], body: Data())
    case .huge(let bytes):
      HTTPResponse(
        status: 200, contentType: "application/json",
        body: Data(#"{"ok":true,"padding":""#.utf8) + Data(repeating: 0x78, count: bytes)
          + Data(#""}"#.utf8))
    case .nested(let depth):
      HTTPResponse(
        status: 200, contentType: "application/json",
        body: Data(#"{"ok":true,"nested":"#.utf8) + Data(repeating: 0x5b, count: depth)
          + Data(repeating: 0x5d, count: depth) + Data("}".utf8))
    case .empty:
      HTTPResponse(status: 200, contentType: "application/json", body: Data())
    case .raw(let status, let body):
      HTTPResponse(status: status, contentType: "application/json", body: Data(body.utf8))
    }
  }
}

extension JSON {
  /// An accepted update of this credential.
  fileprivate static func accepted(id: Int) -> JSON {
    [
      "ok": true,
      "credential": [
        "id": .integer(id), "type": "jira_cloud", "label": "Simulated",
        "created_at": .string(Store.createdAt),
      ],
    ]
  }
}
