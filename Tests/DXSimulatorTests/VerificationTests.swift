import Testing

@testable import DXSimulator

@Suite struct VerificationTests {
  @Test func aRefusalShowsTheMessagesAndChangesNothing() throws {
    let dx = try Fixture()
    _ = try dx.update(goodUpdate)
    let answer = try dx.update(#"{"id":456,"label":"x","secrets":{"api_token":"bad-1"}}"#)
    #expect(answer.status == 422)
    #expect(
      answer.json == [
        "ok": false, "error": "Invalid credentials", "display_message": "Refused: bad-1",
        "raw_message": "401 bad-1",
      ])
    #expect(try dx.accepted() == ["api_token": "new"])
    let label = try dx.get("/api/connections/123/credentials.info/456").json?["credential"]?[
      "label"]
    #expect(label == "Token")
  }

  @Test(arguments: [
    (#"{"api_token":"bad-1"}"#, 422, "Invalid credentials"),
    (#"{"other":"bad-1"}"#, 200, nil),
    (#"{"other":"not twice"}"#, 400, "Duplicate secrets"),
    (#"{"api_token":"bad-twice"}"#, 422, "Invalid credentials"),
    (#"{"api_token":"not-bad-1"}"#, 200, nil),
  ])
  func theFirstRuleThatMatchesDecides(secrets: String, status: Int, error: String?) throws {
    let answer = try Fixture().update(#"{"id":456,"secrets":\#(secrets)}"#)
    #expect(answer.status == status)
    #expect(answer.json?["error"] == error.map(JSON.string))
  }

  @Test func aRuleWithoutARawMessageAnswersNone() throws {
    let answer = try Fixture().update(#"{"id":456,"secrets":{"k":"twice"}}"#)
    #expect(answer.json?.object?.keys.sorted() == ["display_message", "error", "ok"])
  }
}
