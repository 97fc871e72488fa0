@testable import RotationEngine

/// DX in the test world: what it lists, and how it answers.
struct DXModel {
  /// How an update ends.
  enum Behaviour: Hashable {
    case accept
    /// A verification label with status 422.
    case refuse(String)
    /// `credential_not_found`.
    case notFound
    /// `not_authed`.
    case notAuthed
    /// 429.
    case throttle(Answer.RetryAfter?)
    /// An HTTP status with HTML.
    case status(Int)
    /// No HTTP answer.
    case unreachable(String)
    /// Nothing, ever.
    case silent
  }

  /// Whether nothing answers at all.
  var isDown = false
  /// Whether every answer is a 429 with this.
  var throttle: Answer.RetryAfter??
  /// API keys that are refused.
  var refusedKeys: Set<String> = []
  /// How updates end, by credential; accepted where nothing is said.
  var updates: [CredentialKey: Behaviour] = [:]
  /// How updates of a value end, before the credential's behaviour is asked.
  var values: [String: Behaviour] = [:]
  /// How lists end, by connection.
  var lists: [Int64: Behaviour] = [:]
  /// What is listed.
  var listed: [CredentialKey: Answer.Listed] = [:]
  /// The date an accepted update moves the listed one to.
  var dateAfterUpdate: [CredentialKey: WallTime] = [:]

  private func gate(_ key: String?) -> Exchange? {
    if isDown { return .failed("connection refused") }
    if let throttle { return Self.throttled(throttle) }
    if let key, refusedKeys.contains(key) { return Self.error("not_authed", 401) }
    return nil
  }

  mutating func update(_ attempt: Attempt, key: String?) -> Exchange? {
    if let closed = gate(key) { return closed }
    let behaviour = values[attempt.fingerprint.text] ?? updates[attempt.key] ?? .accept
    if behaviour == .accept {
      if let date = dateAfterUpdate[attempt.key] { listed[attempt.key]?.expiration = date }
      return .answered(
        Answer(
          status: 200, body: .object(.init(ok: true, credential: .init(id: attempt.key.id)))))
    }
    return Self.exchange(behaviour)
  }

  func list(_ connection: Int64, key: String?) -> Exchange? {
    if let closed = gate(key) { return closed }
    if let behaviour = lists[connection], behaviour != .accept { return Self.exchange(behaviour) }
    let rows = listed.filter { $0.key.connection == connection && $0.value.deletedAt == nil }
      .map(\.value).sorted { $0.id < $1.id }
    return .answered(Answer(status: 200, body: .object(.init(ok: true, credentials: rows))))
  }

  func info(_ credential: CredentialKey, key: String?) -> Exchange? {
    if let closed = gate(key) { return closed }
    guard let row = listed[credential] else { return Self.error("credential_not_found", 404) }
    return .answered(Answer(status: 200, body: .object(.init(ok: true, credential: row))))
  }

  private static func exchange(_ behaviour: Behaviour) -> Exchange? {
    switch behaviour {
    case .accept: .answered(Answer(status: 200, body: .object(.init(ok: true))))
    case .refuse(let label): error(label, 422, display: "please check the secret")
    case .notFound: error("credential_not_found", 404)
    case .notAuthed: error("not_authed", 401)
    case .throttle(let after): throttled(after)
    case .status(let status): .answered(Answer(status: status, body: .other("HTML")))
    case .unreachable(let why): .failed(why)
    case .silent: nil
    }
  }

  private static func throttled(_ after: Answer.RetryAfter?) -> Exchange {
    .answered(Answer(status: 429, retryAfter: after, body: .other("empty")))
  }

  private static func error(_ label: String, _ status: Int, display: String? = nil) -> Exchange {
    .answered(
      Answer(
        status: status, body: .object(.init(ok: false, error: label, displayMessage: display))))
  }
}
