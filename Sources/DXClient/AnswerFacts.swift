import HTTPTransport
import RotationEngine

extension Exchange {
  /// The facts of how a request ended, with no secret in them.
  init(_ result: Result<HTTPAnswer, HTTPFailure>, _ redaction: Redaction) {
    switch result {
    case .success(let answer):
      self = .answered(
        Answer(
          status: answer.status,
          retryAfter: answer.retryAfter.flatMap(Answer.RetryAfter.init(header:)),
          body: Answer.Body(answer.body, redaction)))
    case .failure(let failure):
      self = .failed(redaction.clean("\(failure)", limit: TextLimit.message))
    }
  }
}

extension Answer.Body {
  /// The object that a body holds, or what it is instead; the body itself is never quoted.
  init(_ bytes: [UInt8], _ redaction: Redaction) {
    switch JSONObject.parse(bytes) {
    case .success(let object): self = .object(Answer.Object(object, redaction))
    case .failure(let reason): self = .other(reason.rawValue)
    }
  }
}

/// How much of a remote text is kept, in characters.
private enum TextLimit {
  static let message = 2000
  static let label = 200
}

extension Answer.Object {
  fileprivate init(_ object: JSONObject, _ redaction: Redaction) {
    self.init(
      ok: object.ok,
      error: object.error.map { redaction.clean($0, limit: TextLimit.label) },
      displayMessage: object.displayMessage.map { redaction.clean($0, limit: TextLimit.message) },
      rawMessage: object.rawMessage.map { redaction.clean($0, limit: TextLimit.message) },
      credential: object.credential.flatMap(Answer.Listed.init),
      credentials: object.credentials.map { $0.compactMap(Answer.Listed.init) })
  }
}

extension Answer.Listed {
  /// Nil without an id, which is nobody's credential.
  fileprivate init?(_ credential: JSONObject.Credential) {
    guard let id = credential.id else { return nil }
    self.init(
      id: id, expiration: credential.expirationDate.flatMap(WallTime.init(dateText:)),
      disabledAt: credential.disabledAt.flatMap(WallTime.init(dateText:)),
      deletedAt: credential.deletedAt.flatMap(WallTime.init(dateText:)))
  }
}
