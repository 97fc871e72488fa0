/// What an answer of DX means (rule 6).
public enum Verdict: Hashable, Sendable {
  /// DX took the value, or answered the question.
  case accepted(Answer.Object)
  /// DX's verification refused the value.
  case refused(Refusal.Cause, LabelledError)
  /// DX knows no such connection or credential.
  case notFound(LabelledError)
  /// DX refused the API key.
  case unauthorized(LabelledError)
  /// DX asked to slow down.
  case throttled(Answer.RetryAfter?)
  /// DX was not reached, or what answered was not its API; why, in plain words.
  case unreachable(String, httpStatus: Int?)

  /// What DX said.
  public struct LabelledError: Hashable, Sendable {
    /// The label, as DX spelt it.
    public var label: String
    /// `display_message`.
    public var displayMessage: String?
    /// `raw_message`.
    public var rawMessage: String?
    /// The HTTP status.
    public var httpStatus: Int
  }

  /// What was asked.
  public enum Question: Hashable, Sendable {
    /// `credentials.update` of this id.
    case update(id: Int64)
    /// `credentials.list`.
    case list
    /// `credentials.info` of this id.
    case info(id: Int64)

    fileprivate var isList: Bool { self == .list }
  }

  /// Judges how a request ended.
  public init(_ exchange: Exchange, to question: Question) {
    switch exchange {
    case .failed(let reason): self = .unreachable(reason, httpStatus: nil)
    case .answered(let answer): self = Verdict(answer, to: question)
    }
  }

  private init(_ answer: Answer, to question: Question) {
    if answer.status == 429 {
      self = .throttled(answer.retryAfter)
      return
    }
    let notAPI: (String) -> Verdict = {
      .unreachable("the answer was not one of DX's API: \($0)", httpStatus: answer.status)
    }
    guard case .object(let object) = answer.body else {
      if case .other(let what) = answer.body {
        self = notAPI(Self.named(what, answer.status))
      } else {
        self = notAPI("HTTP \(answer.status)")
      }
      return
    }
    switch object.ok {
    case true?:
      self =
        Self.judgeSuccess(object, answer.status, question)
        ?? notAPI(
          (200..<300).contains(answer.status)
            ? question.isList ? "it lists no credentials" : "it speaks of another credential"
            : "ok:true with HTTP \(answer.status)")
    case false?:
      self =
        Self.judgeError(object, answer.status, question)
        ?? notAPI(
          Self.named(object.error ?? "ok:false without an error", answer.status))
    case nil: self = notAPI(Self.named("JSON without ok", answer.status))
    }
  }

  private static func named(_ what: String, _ status: Int) -> String { "\(what), HTTP \(status)" }

  private static func judgeSuccess(
    _ object: Answer.Object, _ status: Int, _ question: Question
  ) -> Verdict? {
    guard (200..<300).contains(status) else { return nil }
    switch question {
    case .update(let id), .info(let id):
      return object.credential?.id == id ? .accepted(object) : nil
    case .list: return object.credentials == nil ? nil : .accepted(object)
    }
  }

  private static func judgeError(
    _ object: Answer.Object, _ status: Int, _ question: Question
  ) -> Verdict? {
    guard let label = object.error else {
      guard status < 500, object.displayMessage != nil, case .update = question else { return nil }
      return .refused(.verification, LabelledError(object, "no label", status))
    }
    let error = LabelledError(object, label, status)
    switch normalized(label) {
    case "not authed": return .unauthorized(error)
    case "connection not found", "credential not found": return .notFound(error)
    case "invalid credentials": return onUpdate(question, .refused(.invalidCredentials, error))
    case "duplicate secrets", "duplicate settings":
      return onUpdate(question, .refused(.duplicate, error))
    case "invalid permissions", "no resources":
      return onUpdate(question, .refused(.verification, error))
    case "invalid json": return nil
    default:
      guard status < 500, object.displayMessage != nil else { return nil }
      return onUpdate(question, .refused(.verification, error))
    }
  }

  // Only an update carries a value that can be refused.
  private static func onUpdate(_ question: Question, _ verdict: Verdict) -> Verdict? {
    if case .update = question { verdict } else { nil }
  }

  /// Labels are compared without regard to case, and with `_` as a space.
  static func normalized(_ label: String) -> String {
    String(label.lowercased().map { $0 == "_" ? " " : $0 })
  }
}

extension Verdict.LabelledError {
  fileprivate init(_ object: Answer.Object, _ label: String, _ status: Int) {
    self.init(
      label: label, displayMessage: object.displayMessage, rawMessage: object.rawMessage,
      httpStatus: status)
  }
}
