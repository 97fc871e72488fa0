import RotationEngine
import Testing

@testable import DXClient

/// The simulator's answers and faults as facts.
@Suite(.timeLimit(.minutes(1))) struct ExchangeTests {
  @Test func anAcceptedUpdate() async throws {
    #expect(
      await (try Fixture()).update()
        == .answered(
          Answer(
            status: 200,
            body: .object(Answer.Object(ok: true, credential: Answer.Listed(id: 456))))))
  }

  @Test func aRefusedUpdateWithoutTheSecretItQuotes() async throws {
    #expect(
      await (try Fixture()).update(["api_token": "bad-secret"])
        == .answered(
          Answer(
            status: 422,
            body: .object(
              Answer.Object(
                ok: false, error: "Invalid credentials",
                displayMessage: "Jira refused [redacted].", rawMessage: "401 [redacted]")))))
  }

  @Test func aList() async throws {
    let object = await (try Fixture()).list().object
    #expect(
      object
        == Answer.Object(
          ok: true,
          credentials: [
            Answer.Listed(id: 456, expiration: WallTime(dateText: "2026-12-31")),
            Answer.Listed(id: 457, disabledAt: WallTime(dateText: "2026-03-01")),
          ]))
  }

  @Test func anEmptyListIsAList() async throws {
    #expect(await (try Fixture()).list(connection: 124).object?.credentials == [])
  }

  @Test func aDeletedCredential() async throws {
    #expect(
      await (try Fixture()).info(458).object?.credential
        == Answer.Listed(id: 458, deletedAt: WallTime(dateText: "2026-02-01T12:30:00Z")))
  }

  @Test func errorsOfDXsOwn() async throws {
    let dx = try Fixture()
    let missing = await dx.info(9)
    #expect(missing.answer?.status == 404)
    #expect(missing.object?.error == "credential_not_found")
    #expect(await dx.list(connection: 9).object?.error == "connection_not_found")
    let stranger = await (try Fixture(bearer: "another-key")).list()
    #expect(stranger.answer?.status == 401)
    #expect(stranger.object?.error == "not_authed")
  }

  @Test(arguments: [
    (#""kind":"status","status":503"#, 503, "HTML"),
    (
      #""kind":"status","status":502,"body":"Bad gateway","content_type":"text/plain""#, 502,
      "plain text"
    ),
    (#""kind":"malformed""#, 200, "malformed JSON"), (#""kind":"empty""#, 200, "empty"),
    (#""kind":"redirect","location":"/elsewhere""#, 302, "empty"),
    (#""kind":"nested","depth":100000"#, 200, "JSON nested too deeply"),
    (#""kind":"raw","body":"[]","status":418"#, 418, "JSON that is not an object"),
  ])
  func whatIsNotOfTheAPI(fault: String, status: Int, what: String) async throws {
    let dx = try Fixture()
    try await dx.fault("{\(fault)}")
    #expect(await dx.update() == .answered(Answer(status: status, body: .other(what))))
    #expect(await dx.update().object?.ok == true)
    #expect(try await dx.requests().count == 2)
  }

  @Test func okFalseWithA200() async throws {
    let dx = try Fixture()
    try await dx.fault(#"{"kind":"ok_false","error":"no_resources","display_message":"m"}"#)
    #expect(
      await dx.update()
        == .answered(
          Answer(
            status: 200,
            body: .object(Answer.Object(ok: false, error: "no_resources", displayMessage: "m")))))
  }

  @Test func okTrueWithA500AndAnotherID() async throws {
    let dx = try Fixture()
    try await dx.fault(#"{"kind":"ok_true_500"}"#)
    let failed = await dx.update()
    #expect(failed.answer?.status == 500)
    #expect(failed.object?.ok == true)
    try await dx.fault(#"{"kind":"wrong_id"}"#)
    #expect(await dx.update().object?.credential?.id == 457)
  }

  @Test(
    arguments: [
      (#","retry_after":"7""#, .after(.seconds(7))),
      (
        #","retry_after":"Wed, 21 Oct 2026 07:28:00 GMT""#,
        WallTime(dateText: "2026-10-21T07:28:00Z").map { .at($0) }
      ),
      ("", nil),
    ] as [(String, Answer.RetryAfter?)])
  func throttling(argument: String, expected: Answer.RetryAfter?) async throws {
    let dx = try Fixture()
    try await dx.fault(#"{"kind":"throttle"\#(argument)}"#)
    let answer = try #require(await dx.list().answer)
    #expect(answer.status == 429)
    #expect(answer.retryAfter == expected)
  }

  @Test(arguments: [
    (#""kind":"reset""#, "the connection was lost before the answer"),
    (#""kind":"truncated""#, "the connection was lost within the answer"),
    (#""kind":"huge","bytes":1048576"#, "the answer is longer than 1048576 bytes"),
  ])
  func noAnswer(fault: String, reason: String) async throws {
    let dx = try Fixture()
    try await dx.fault("{\(fault)}")
    #expect(try #require(await dx.update().failure).hasPrefix(reason))
    #expect(try await dx.requests().count == 1)
  }

  @Test func aListMayBeLonger() async throws {
    let dx = try Fixture()
    try await dx.fault(#"{"kind":"huge","bytes":2000000}"#)
    #expect(await dx.list() == .answered(Answer(status: 200, body: .object(.init(ok: true)))))
    try await dx.fault(#"{"kind":"huge","bytes":16777216}"#)
    #expect(await dx.list() == .failed("the answer is longer than 16777216 bytes"))
  }

  @Test func aSlowAnswerArrives() async throws {
    let dx = try Fixture()
    try await dx.fault(#"{"kind":"slow","ms_per_byte":0.1}"#)
    #expect(await dx.update().object?.ok == true)
  }

  @Test func anAnswerThatComesTooLate() async throws {
    let dx = try Fixture(timeout: .milliseconds(300))
    try await dx.fault(#"{"kind":"delay","ms":3600000}"#)
    #expect(try #require(await dx.list().failure).hasPrefix("no complete answer within"))
  }

  @Test func nobodyThere() async throws {
    let gone = try Fixture().api
    let dx = try Fixture()
    await dx.reconfigure(gone)
    #expect(try #require(await dx.list().failure).contains("127.0.0.1"))
  }
}
