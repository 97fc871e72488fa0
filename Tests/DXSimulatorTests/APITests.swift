import Foundation
import Testing

@testable import DXSimulator

@Suite struct APITests {
  @Test func anAcceptedUpdateStoresTheSecretsAndTellsNeitherThemNorTheDate() throws {
    let dx = try Fixture()
    let answer = try dx.update(#"{"id":456,"label":"New","secrets":{"api_token":"new"}}"#)
    #expect(answer.status == 200)
    #expect(
      answer.json == [
        "ok": true,
        "credential": [
          "id": 456, "type": "jira_cloud", "label": "New", "created_at": "2026-01-01T00:00:00.000Z",
        ],
      ])
    #expect(try dx.accepted() == ["api_token": "new"])
    #expect(try dx.steer("GET", "accepted/123/456") == ["api_token": "<3 bytes>"])
    #expect(try dx.expirationDate() == "2026-12-31")
  }

  @Test(arguments: [
    #"{"id":456}"#, #"{"id":456,"secrets":{}}"#, #"{"id":456,"secrets":null}"#,
    #"{"id":456,"secrets":{"api_token":""}}"#,
  ])
  func emptySecretsSucceedAndKeepWhatIsStored(body: String) throws {
    let dx = try Fixture()
    _ = try dx.update(goodUpdate)
    #expect(try dx.update(body).status == 200)
    #expect(try dx.accepted() == ["api_token": "new"])
  }

  @Test func secretsAreMergedKeyByKey() throws {
    let dx = try Fixture()
    _ = try dx.update(#"{"id":456,"secrets":{"a":"1","b":"1"}}"#)
    _ = try dx.update(#"{"id":456,"secrets":{"b":"2"}}"#)
    #expect(try dx.accepted() == ["a": "1", "b": "2"])
  }

  @Test(arguments: [
    (#"{"id":456,"expiration_date":"2027-01-31"}"#, JSON.string("2027-01-31")),
    (#"{"id":456,"expiration_date":null}"#, JSON.null),
    (goodUpdate, JSON.string("2026-12-31")),
  ])
  func theDateOfTheBodyIsTakenOver(body: String, expected: JSON) throws {
    let dx = try Fixture()
    #expect(try dx.update(body).status == 200)
    #expect(try dx.expirationDate() == expected)
  }

  @Test func anAcceptedUpdateMovesTheDateARefusedOneDoesNot() throws {
    let dx = try Fixture()
    try dx.steer("PATCH", "credentials/123/456", #"{"moves_to":"2027-06-30"}"#)
    _ = try dx.update(#"{"id":456,"secrets":{"api_token":"bad-1"}}"#)
    #expect(try dx.expirationDate() == "2026-12-31")
    _ = try dx.update(goodUpdate)
    #expect(try dx.expirationDate() == "2027-06-30")
  }

  @Test(arguments: [
    ("{", 422, "invalid_json"), ("[]", 422, "invalid_json"), ("{}", 422, "invalid_json"),
    (#"{"id":"456"}"#, 422, "invalid_json"),
    (#"{"id":456,"secrets":"x"}"#, 422, "invalid_json"),
    (#"{"id":456,"expiration_date":"soon"}"#, 422, "invalid_json"),
    (#"{"id":999}"#, 404, "credential_not_found"),
    (#"{"id":457}"#, 404, "credential_not_found"),
  ])
  func anUpdateThatCannotBeIsRefused(body: String, status: Int, label: String) throws {
    let answer = try Fixture().update(body)
    #expect(answer.status == status)
    #expect(answer.json == ["ok": false, "error": .string(label)])
  }

  @Test func aBodyThatIsNotAnnouncedAsJSONIsRefused() throws {
    let answer = try Fixture().request(
      "POST", "/api/connections/123/credentials.update",
      headers: ["Authorization": "Bearer key-1", "Content-Type": "text/plain"], body: goodUpdate)
    #expect(answer.json?["error"] == "invalid_json")
  }

  @Test(arguments: [
    ("GET", "/api/connections/9/credentials.list", 404, "connection_not_found"),
    ("GET", "/api/connections/9/credentials.info/456", 404, "connection_not_found"),
    ("POST", "/api/connections/9/credentials.update", 404, "connection_not_found"),
    ("GET", "/api/connections/123/credentials.info/9", 404, "credential_not_found"),
    ("GET", "/api/connections/123/credentials.info/x", 404, "unknown_method"),
    ("GET", "/api/connections/123/credentials.update", 405, "unknown_method"),
    ("GET", "/api/nothing", 404, "unknown_method"),
    ("GET", "/elsewhere", 404, "unknown_method"),
  ])
  func anUnknownThingIsAnError(
    method: String, target: String, status: Int, label: String
  ) throws {
    let answer = try Fixture().request(method, target, headers: Fixture.headers)
    #expect(answer.status == status)
    #expect(answer.json == ["ok": false, "error": .string(label)])
  }

  @Test(arguments: [nil, "Bearer key-2", "Bearer ", "Basic key-1", "key-1"])
  func everyMethodAsksForTheKey(authorization: String?) throws {
    let dx = try Fixture()
    for (method, target) in [
      ("POST", "/api/connections/123/credentials.update"),
      ("GET", "/api/connections/123/credentials.list"),
      ("GET", "/api/connections/123/credentials.info/456"), ("GET", "/api/connections.list"),
    ] {
      let headers = authorization.map { ["Authorization": $0] } ?? [:]
      let answer = try dx.request(method, target, headers: headers)
      #expect(answer.status == 401)
      #expect(answer.json == ["ok": false, "error": "not_authed"])
    }
  }

  @Test func aListLeavesDeletedCredentialsOutAndInfoShowsThem() throws {
    let dx = try Fixture()
    let list = try dx.get("/api/connections/123/credentials.list")
    #expect(
      list.json == [
        "ok": true,
        "credentials": .array([
          [
            "id": 456, "type": "jira_cloud", "label": "Token", "settings": [:],
            "created_at": "2026-01-01T00:00:00.000Z", "disabled_at": nil,
            "expiration_date": "2026-12-31",
          ]
        ]),
      ])
    let info = try dx.get("/api/connections/123/credentials.info/457").json?["credential"]
    #expect(info?["deleted_at"] == "2026-02-01T00:00:00.000Z")
    #expect(info?["expiration_date"] == .null)
  }

  @Test func connectionsAreListed() throws {
    let answer = try Fixture().get("/api/connections.list").json
    guard case .array(let connections)? = answer?["connections"] else {
      Issue.record("\(String(describing: answer))")
      return
    }
    #expect(connections.map { $0["id"] } == [123])
    #expect(connections.first?["supports_multiple_credentials"] == true)
  }

  @Test func tooManyRequestsInAMinuteAreThrottledUntilTheOldestIsAMinuteAgo() throws {
    let now = Monitor(Date(timeIntervalSince1970: 1_000_000))
    let configuration = #"{"key":"key-1","requests_per_minute":2}"#
    let dx = try Fixture(configuration: configuration, clock: { now.with { $0 } })
    #expect(try dx.get("/api/connections.list").status == 200)
    now.with { $0 += 10 }
    #expect(try dx.get("/api/connections.list").status == 200)
    let refused = try dx.get("/api/connections.list")
    #expect(refused.status == 429)
    #expect(refused.headers["retry-after"] == "50")
    now.with { $0 += 50 }
    #expect(try dx.get("/api/connections.list").status == 200)
    #expect(try dx.get("/api/connections.list").headers["retry-after"] == "10")
  }
}
