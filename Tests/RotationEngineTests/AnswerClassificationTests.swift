import Testing

@testable import RotationEngine

/// Rule 6: what an answer is, in its order.
@Suite struct AnswerClassificationTests {
  /// What a verdict is, without what it says.
  enum Kind {
    case accepted, refused, locking, duplicate
    case notFound, unauthorized, throttled, unreachable
  }

  private func kind(_ verdict: Verdict) -> Kind {
    switch verdict {
    case .accepted: .accepted
    case .refused(.invalidCredentials, _): .locking
    case .refused(.duplicate, _): .duplicate
    case .refused: .refused
    case .notFound: .notFound
    case .unauthorized: .unauthorized
    case .throttled: .throttled
    case .unreachable: .unreachable
    }
  }

  private func verdict(
    _ status: Int, _ body: Answer.Body, _ question: Verdict.Question = .update(id: 10)
  ) -> Kind {
    kind(Verdict(.answered(Answer(status: status, body: body)), to: question))
  }

  static let statuses = [200, 201, 204, 301, 302, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503]
  static let questions: [Verdict.Question] = [.update(id: 10), .list, .info(id: 10)]

  @Test("429 is throttled, whatever the body and the question", arguments: questions)
  func throttled(question: Verdict.Question) {
    for body in [
      Answer.Body.other("HTML"), .object(.init(ok: false, error: "not_authed")),
      .object(.init(ok: true, credential: .init(id: 10), credentials: [])),
    ] { #expect(verdict(429, body, question) == .throttled) }
  }

  @Test(
    "DX's own labels, in any spelling and with any status",
    arguments: [
      ("not_authed", Kind.unauthorized), ("Not Authed", .unauthorized),
      ("connection_not_found", .notFound), ("Credential not found", .notFound),
      ("CREDENTIAL_NOT_FOUND", .notFound),
    ])
  func ownLabels(label: String, expected: Kind) {
    for question in Self.questions {
      for status in Self.statuses where status != 429 {
        let body = Answer.Body.object(.init(ok: false, error: label, displayMessage: "x"))
        #expect(verdict(status, body, question) == expected, "\(status)")
      }
    }
  }

  @Test(
    "Known verification labels refuse an update, with any status",
    arguments: [
      ("Invalid credentials", Kind.locking), ("invalid_credentials", .locking),
      ("Invalid permissions", .refused), ("INVALID_PERMISSIONS", .refused),
      ("no_resources", .refused), ("No resources", .refused), ("Duplicate secrets", .duplicate),
      ("duplicate_settings", .duplicate),
    ])
  func verificationLabels(label: String, expected: Kind) {
    for status in Self.statuses where status != 429 {
      let body = Answer.Body.object(.init(ok: false, error: label))
      #expect(verdict(status, body) == expected, "\(status)")
      #expect(verdict(status, body, .list) == .unreachable)
      #expect(verdict(status, body, .info(id: 10)) == .unreachable)
    }
  }

  @Test("Another label refuses below 500, and only with a display_message")
  func otherLabels() {
    for status in Self.statuses where status != 429 {
      for label in ["something_else", nil] {
        let said = Answer.Body.object(.init(ok: false, error: label, displayMessage: "no"))
        #expect(verdict(status, said) == (status < 500 ? .refused : .unreachable), "\(status)")
        let silent = Answer.Body.object(.init(ok: false, error: label))
        #expect(verdict(status, silent) == .unreachable)
        #expect(verdict(status, said, .list) == .unreachable)
      }
      let json = Answer.Body.object(.init(ok: false, error: "invalid_json", displayMessage: "no"))
      #expect(verdict(status, json) == .unreachable)
    }
  }

  @Test("ok:true is an acceptance with a 2xx and the id that was sent")
  func accepted() {
    for status in Self.statuses where status != 429 {
      let isSuccess = (200..<300).contains(status)
      let own = Answer.Body.object(.init(ok: true, credential: .init(id: 10)))
      let other = Answer.Body.object(.init(ok: true, credential: .init(id: 11)))
      let none = Answer.Body.object(.init(ok: true))
      let list = Answer.Body.object(.init(ok: true, credentials: []))
      for question in [Verdict.Question.update(id: 10), .info(id: 10)] {
        #expect(verdict(status, own, question) == (isSuccess ? .accepted : .unreachable))
        #expect(verdict(status, other, question) == .unreachable)
        #expect(verdict(status, none, question) == .unreachable)
        #expect(verdict(status, list, question) == .unreachable)
      }
      #expect(verdict(status, list, .list) == (isSuccess ? .accepted : .unreachable))
      #expect(verdict(status, own, .list) == .unreachable)
    }
  }

  @Test("Everything else is unreachable, and says what came instead")
  func unreachable() {
    for question in Self.questions {
      for status in Self.statuses where status != 429 {
        #expect(verdict(status, .other("HTML"), question) == .unreachable)
        #expect(verdict(status, .object(.init(ok: nil)), question) == .unreachable)
      }
    }
    let html = Verdict(.answered(Answer(status: 502, body: .other("HTML"))), to: .list)
    guard case .unreachable(let why, 502) = html else {
      Issue.record("\(html)")
      return
    }
    #expect(why.contains("HTML, HTTP 502"))
    let nothingListed = Answer(status: 200, body: .object(.init(ok: true)))
    #expect(
      Verdict(.answered(nothingListed), to: .list)
        == .unreachable(
          "the answer was not one of DX's API: it lists no credentials", httpStatus: 200))
    #expect(
      Verdict(.failed("timed out after 60s"), to: .list)
        == .unreachable("timed out after 60s", httpStatus: nil))
  }
}
