import Foundation
import Testing

@testable import DXSimulator

@Suite struct SteeringTests {
  @Test func requestsAreListedInOrderWithoutSecrets() throws {
    let dx = try Fixture()
    _ = try dx.update(goodUpdate)
    _ = try dx.get("/api/connections/9/credentials.list?x=1")
    let entries = try dx.requests()
    #expect(entries.map { $0["n"] } == [1, 2])
    #expect(entries.map { $0["method"] } == ["POST", "GET"])
    #expect(entries.map { $0["status"] } == [200, 404])
    #expect(entries[0]["path"] == "/api/connections/123/credentials.update")
    #expect(entries[1]["path"] == "/api/connections/9/credentials.list?x=1")
    #expect(entries[0]["headers"]?["authorization"] == "Bearer <5 bytes>")
    #expect(entries[0]["body"] == ["id": 456, "secrets": ["api_token": "<3 bytes>"]])
    #expect(entries[0]["body_length"] == .integer(goodUpdate.utf8.count))
    #expect(entries[1]["body"] == .null)
  }

  @Test func rawRequestsShowEveryByte() throws {
    let dx = try Fixture()
    let body = #"{ "id":456,  "secrets":{"api_token":"é"}}"#
    _ = try dx.update(body)
    let entry = try #require(try dx.requests("?raw=1").first)
    #expect(entry["headers"]?["authorization"] == "Bearer key-1")
    #expect(entry["body"] == .string(body))
  }

  @Test func aBodyThatIsNoJSONIsShownAsItsLength() throws {
    let dx = try Fixture()
    _ = try dx.update("secret")
    #expect(try dx.requests().first?["body"] == "<6 bytes>")
  }

  @Test func aWaitEndsWithTheRequestItWaitsFor() throws {
    let dx = try Fixture()
    _ = try dx.update(goodUpdate)
    let waiting = try Client(port: dx.port)
    try waiting.send("GET", "/simulator/requests?after=1&match=list&count=2&wait=600")
    _ = try dx.get("/api/connections/123/credentials.list")
    _ = try dx.update(goodUpdate)
    _ = try dx.get("/api/connections/123/credentials.list")
    guard case .array(let entries)? = try waiting.receive().json else {
      Issue.record("no list")
      return
    }
    #expect(entries.map { $0["n"] } == [2, 4])
  }

  @Test func aWaitThatNothingEndsIsOverInTime() throws {
    #expect(try Fixture().requests("?wait=0.01").isEmpty)
  }

  @Test func aClearedLogGoesOnCounting() throws {
    let dx = try Fixture()
    _ = try dx.update(goodUpdate)
    try dx.steer("DELETE", "requests")
    #expect(try dx.requests().isEmpty)
    _ = try dx.update(goodUpdate)
    #expect(try dx.requests("?after=1").map { $0["n"] } == [2])
  }

  @Test func anotherKeyReplacesTheFirst() throws {
    let dx = try Fixture()
    try dx.steer("PUT", "key", #"{"key":"key-2"}"#)
    #expect(try dx.get("/api/connections.list").status == 401)
    let answer = try dx.request(
      "GET", "/api/connections.list", headers: ["Authorization": "Bearer key-2"])
    #expect(answer.status == 200)
  }

  @Test func aCredentialIsChangedKeyByKey() throws {
    let dx = try Fixture()
    func info() throws -> JSON? {
      try dx.get("/api/connections/123/credentials.info/456").json?["credential"]
    }
    try dx.steer(
      "PATCH", "credentials/123/456",
      #"{"disabled_at":"2026-03-01T00:00:00.000Z","deleted_at":"2026-03-02T00:00:00.000Z"}"#)
    #expect(try info()?["disabled_at"] == "2026-03-01T00:00:00.000Z")
    #expect(try info()?["deleted_at"] == "2026-03-02T00:00:00.000Z")
    #expect(try info()?["expiration_date"] == "2026-12-31")
    try dx.steer("PATCH", "credentials/123/456", #"{"expiration_date":null,"deleted_at":null}"#)
    #expect(try info()?["expiration_date"] == .null)
    #expect(try info()?["deleted_at"] == .null)
    #expect(try info()?["disabled_at"] == "2026-03-01T00:00:00.000Z")
  }

  @Test func rulesAreReplacedOrCleared() throws {
    let dx = try Fixture()
    let bad = #"{"id":456,"secrets":{"api_token":"bad-1"}}"#
    try dx.steer(
      "PATCH", "credentials/123/456", #"{"rules":[{"pattern":"new","error":"no_resources"}]}"#)
    #expect(try dx.update(goodUpdate).json?["error"] == "no_resources")
    #expect(try dx.update(bad).status == 200)
    try dx.steer("PATCH", "credentials/123/456", #"{"rules":null}"#)
    #expect(try dx.update(goodUpdate).status == 200)
  }

  @Test func aCredentialGoesAndComesBack() throws {
    let dx = try Fixture()
    try dx.steer("PATCH", "credentials/123/456", #"{"exists":false}"#)
    #expect(try dx.update(goodUpdate).json?["error"] == "credential_not_found")
    #expect(try dx.get("/api/connections/123/credentials.info/456").status == 404)
    let list = try dx.get("/api/connections/123/credentials.list")
    #expect(list.json?["credentials"] == .array([]))
    try dx.steer("PATCH", "credentials/123/456", #"{"exists":true}"#)
    #expect(try dx.update(goodUpdate).status == 200)
  }

  @Test(arguments: [
    ("GET", "/simulator/nothing", nil, 404), ("PATCH", "/simulator/credentials/1/2", "{}", 404),
    ("PATCH", "/simulator/credentials/123/456", #"{"expires":null}"#, 400),
    ("GET", "/simulator/requests?after=x", nil, 400), ("PUT", "/simulator/key", "{}", 400),
    ("GET", "/simulator/requests?match=x", nil, 400),
  ])
  func aCommandThatMakesNoSenseIsRefused(
    method: String, target: String, body: String?, status: Int
  ) throws {
    let answer = try Fixture().request(method, target, body: body)
    #expect(answer.status == status)
    #expect(answer.json?["error"] != nil)
  }

  @Test func thePageShowsWhatCameAndNoSecret() throws {
    let dx = try Fixture()
    _ = try dx.update(#"{"id":456,"label":"<b>","secrets":{"api_token":"hidden-value"}}"#)
    let page = try dx.request("GET", "/")
    #expect(page.headers["content-type"] == "text/html; charset=utf-8")
    #expect(page.body.contains("/api/connections/123/credentials.update"))
    #expect(page.body.contains("&lt;12 bytes&gt;"))
    #expect(page.body.contains("&lt;b&gt; (456)"))
    #expect(!page.body.contains("hidden-value"))
    #expect(!page.body.contains("key-1"))
  }
}
