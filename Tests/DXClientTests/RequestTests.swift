import RotationEngine
import SecretMemory
import Testing

@testable import DXClient

@Suite(.timeLimit(.minutes(1))) struct RequestTests {
  @Test func anUpdateIsExactlyWhatWasAgreed() async throws {
    let dx = try Fixture()
    _ = await dx.update(["b": "1", "a": "é\"\n"])
    let request = try #require(try await dx.requests().first)
    #expect(request.method == "POST")
    #expect(request.path == "/api/connections/123/credentials.update")
    #expect(request.body == #"{"id":456,"secrets":{"b":"1","a":"é\"\u000a"}}"#)
    var headers = request.headers
    headers["host"] = nil
    #expect(
      headers == [
        "authorization": "Bearer key-1234", "content-type": "application/json",
        "accept": "application/json", "user-agent": "dx-rotated/1.2.3", "content-length": "47",
      ])
  }

  @Test func aDateIsSentWhereOneIsAskedFor() async throws {
    let dx = try Fixture()
    _ = await dx.update(expirationDate: "2027-01-01")
    #expect(
      try await dx.requests().map(\.body) == [
        #"{"id":456,"secrets":{"api_token":"new"},"expiration_date":"2027-01-01"}"#
      ])
    #expect(
      await dx.info(456).object?.credential?.expiration == WallTime(dateText: "2027-01-01"))
  }

  @Test func listsAndInfosAreBareGets() async throws {
    let dx = try Fixture()
    _ = await dx.list()
    _ = await dx.info(456)
    let requests = try await dx.requests()
    #expect(
      requests.map(\.path) == [
        "/api/connections/123/credentials.list", "/api/connections/123/credentials.info/456",
      ])
    for request in requests {
      #expect(request.method == "GET")
      #expect(request.body == "")
      #expect(
        request.headers.filter { $0.key != "host" } == [
          "authorization": "Bearer key-1234", "accept": "application/json",
          "user-agent": "dx-rotated/1.2.3",
        ])
    }
  }

  @Test func whatWouldChangeNothingIsNotSent() async throws {
    let dx = try Fixture()
    #expect(await dx.update([:]) == .failed("not sent: there is no secret to send"))
    #expect(
      await dx.update(["a": "1", "b": ""]) == .failed("not sent: the value of b is empty"))
    #expect(try await dx.requests().isEmpty)
  }

  @Test(arguments: [("", "the API key is empty"), ("key\nX: y", "Authorization")])
  func aKeyThatIsNoneIsNotSent(bearer: String, reason: String) async throws {
    let dx = try Fixture(bearer: bearer)
    #expect(try #require(await dx.list().failure).contains(reason))
    #expect(try await dx.requests().isEmpty)
  }

  @Test func anotherInstanceCountsFromTheNextRequest() async throws {
    let old = try Fixture()
    let new = try Fixture()
    await old.reconfigure(new.api)
    #expect(await old.list().object?.ok == true)
    #expect(try await old.requests().isEmpty)
    #expect(try await new.requests().count == 1)
  }
}
