import Foundation
import Testing

@testable import DXSimulator

@Suite struct FaultTests {
  /// The answer to an update that a fault meets; it must not have reached the store.
  private func answer(_ fault: String) throws -> Answer {
    let dx = try Fixture()
    try dx.steer("POST", "faults", fault)
    let answer = try dx.update(goodUpdate)
    #expect(try dx.accepted() == [:])
    #expect(try dx.update(goodUpdate).json?["ok"] == true)
    return answer
  }

  @Test(arguments: [
    (#"{"kind":"status","status":503}"#, 503, "text/html", "<h1>Simulated</h1>"),
    (
      #"{"kind":"status","status":500,"body":"no","content_type":"text/plain"}"#, 500,
      "text/plain", "no"
    ),
    (#"{"kind":"malformed"}"#, 200, "application/json", #"{"ok":true,"cred"#),
    (
      #"{"kind":"ok_false","error":"Odd"}"#, 200, "application/json",
      #"{"error":"Odd","ok":false}"#
    ),
    (
      #"{"kind":"ok_false","error":"Odd","display_message":"m"}"#, 200, "application/json",
      #"{"display_message":"m","error":"Odd","ok":false}"#
    ),
    (
      #"{"kind":"huge","bytes":5}"#, 200, "application/json", #"{"ok":true,"padding":"xxxxx"}"#
    ),
    (#"{"kind":"nested","depth":3}"#, 200, "application/json", #"{"ok":true,"nested":[[[]]]}"#),
    (#"{"kind":"empty"}"#, 200, "application/json", ""),
    (#"{"kind":"raw","body":"\"x\"","status":418}"#, 418, "application/json", #""x""#),
  ])
  func anAnswerIsReplaced(fault: String, status: Int, type: String, body: String) throws {
    let answer = try answer(fault)
    #expect(answer.status == status)
    #expect(answer.headers["content-type"] == type)
    #expect(answer.body == body)
  }

  @Test func anAcceptedUpdateMayComeWithAnErrorStatusOrAnotherID() throws {
    let failed = try answer(#"{"kind":"ok_true_500"}"#)
    #expect(failed.status == 500)
    #expect(failed.json?["ok"] == true)
    let wrong = try answer(#"{"kind":"wrong_id"}"#)
    #expect(wrong.status == 200)
    #expect(wrong.json?["credential"]?["id"] == 457)
  }

  @Test(arguments: ["2", "Wed, 21 Oct 2026 07:28:00 GMT", nil])
  func aThrottledCallSaysWhenToComeBack(retryAfter: String?) throws {
    let argument = retryAfter.map { #","retry_after":"\#($0)""# } ?? ""
    let answer = try answer(#"{"kind":"throttle"\#(argument)}"#)
    #expect(answer.status == 429)
    #expect(answer.headers["retry-after"] == retryAfter)
  }

  @Test func aRedirectNamesAnotherPlace() throws {
    let found = try answer(#"{"kind":"redirect","location":"https://example.com/"}"#)
    #expect(found.status == 302)
    #expect(found.headers["location"] == "https://example.com/")
    #expect(try answer(#"{"kind":"redirect","location":"/x","status":308}"#).status == 308)
  }

  @Test(arguments: [false, true])
  func aResetLosesTheAnswerOrTheCall(afterHandling: Bool) throws {
    let dx = try Fixture()
    try dx.steer("POST", "faults", #"{"kind":"reset","after_handling":\#(afterHandling)}"#)
    #expect(throws: Client.Failure.reset) { try dx.update(goodUpdate) }
    #expect(try dx.accepted() == (afterHandling ? ["api_token": "new"] : [:]))
    let entry = try #require(try dx.requests().first)
    #expect(entry["status"] == .null)
    #expect(entry["outcome"] == "reset")
  }

  @Test func aReplacedAnswerMayHideAnUpdateThatWasStored() throws {
    let dx = try Fixture()
    try dx.steer("POST", "faults", #"{"kind":"status","status":503,"after_handling":true}"#)
    #expect(try dx.update(goodUpdate).status == 503)
    #expect(try dx.accepted() == ["api_token": "new"])
  }

  @Test func aTruncatedAnswerEndsBeforeItsLength() throws {
    let dx = try Fixture()
    let whole = try dx.update(goodUpdate)
    try dx.steer("POST", "faults", #"{"kind":"truncated"}"#)
    let failure = try #require(throws: Client.Failure.self) { try dx.update(goodUpdate) }
    guard case .closed(let received) = failure else {
      Issue.record("\(failure)")
      return
    }
    #expect(received.contains("Content-Length: \(whole.body.count)\r\n"))
    #expect(received.hasSuffix("\r\n\r\n" + whole.body.prefix(whole.body.count / 2)))
  }

  @Test func aSlowAnswerArrivesWhole() throws {
    let dx = try Fixture()
    let whole = try dx.update(goodUpdate)
    try dx.steer("POST", "faults", #"{"kind":"slow","ms_per_byte":0.1}"#)
    #expect(try dx.update(goodUpdate) == whole)
  }

  @Test func aDelayedCallIsHandledAfterItsDelay() throws {
    let dx = try Fixture()
    try dx.steer("POST", "faults", #"{"kind":"delay","ms":20}"#)
    #expect(try dx.update(goodUpdate).status == 200)
    #expect(try dx.accepted() == ["api_token": "new"])
  }

  @Test(arguments: [false, true])
  func whoHangsUpDuringADelayMayHaveBeenHandled(hold: Bool) throws {
    let stored: JSON = hold ? ["api_token": "new"] : [:]
    let dx = try Fixture()
    try dx.steer("POST", "faults", #"{"kind":"delay","ms":3600000,"hold":\#(hold)}"#)
    do {
      let client = try Client(port: dx.port)
      try client.send(
        "POST", "/api/connections/123/credentials.update", headers: Fixture.headers,
        body: goodUpdate)
      let pending = try #require(try dx.requests("?wait=30").first)
      #expect(pending["outcome"] == "pending")
      #expect(pending["status"] == .null)
      #expect(try dx.accepted() == stored)
    }
    #expect(try dx.requests("?settled=1&wait=30").first?["outcome"] == "abandoned")
    #expect(try dx.accepted() == stored)
  }

  @Test func stoppingEndsADelay() throws {
    let dx = try Fixture()
    try dx.steer("POST", "faults", #"{"kind":"delay","ms":3600000}"#)
    try dx.send(
      "GET /api/connections.list HTTP/1.1\r\nAuthorization: Bearer key-1\r\n\r\n")
    #expect(try dx.requests("?wait=30").count == 1)
    dx.stop()
    #expect(throws: Client.Failure.self) { try dx.receive() }
  }

  @Test(arguments: [
    (#""match":"update""#, [503, 200, 200, 200]),
    (#""match":"list""#, [200, 503, 200, 200]),
    (#""match":"info""#, [200, 200, 503, 200]),
    (#""match":"connections""#, [200, 200, 200, 503]),
    (#""match":"any""#, [503, 503, 503, 503]),
    (#""connection":123"#, [503, 503, 503, 200]),
    (#""connection":9"#, [200, 200, 200, 200]),
    (#""credential":456"#, [503, 200, 503, 200]),
    (#""match":"info","credential":457"#, [200, 200, 200, 200]),
  ])
  func aFaultMeetsTheCallsItNames(scope: String, statuses: [Int]) throws {
    let dx = try Fixture()
    try dx.steer("POST", "faults", #"{"kind":"status","status":503,"times":0,\#(scope)}"#)
    let answers = [
      try dx.update(goodUpdate), try dx.get("/api/connections/123/credentials.list"),
      try dx.get("/api/connections/123/credentials.info/456"), try dx.get("/api/connections.list"),
    ]
    #expect(answers.map(\.status) == statuses)
  }

  @Test func faultsAreTakenInOrderAndCountedDown() throws {
    let dx = try Fixture()
    try dx.steer("POST", "faults", #"{"kind":"status","status":503,"times":2}"#)
    try dx.steer("POST", "faults", #"{"kind":"status","status":502,"times":0}"#)
    func statuses(_ count: Int) throws -> [Int] {
      try (0..<count).map { _ in try dx.get("/api/connections.list").status }
    }
    #expect(try statuses(1) == [503])
    #expect(
      try dx.steer("GET", "faults")
        == .array([
          ["kind": "status", "status": 503, "times": 1],
          ["kind": "status", "status": 502, "times": 0],
        ]))
    #expect(try statuses(3) == [503, 502, 502])
    try dx.steer("DELETE", "faults")
    #expect(try statuses(1) == [200])
  }

  @Test(arguments: [
    (#"{"kind":"nonsense"}"#, "kind"), (#"{"kind":"slow"}"#, "ms_per_byte"),
    (#"{"kind":"reset","timse":2}"#, "timse"), (#"{"kind":"delay","ms":-1}"#, "ms"),
    (#"{"kind":"reset","times":-1}"#, "times"), ("{", "JSON"),
  ])
  func aFaultThatMakesNoSenseIsRefusedByName(fault: String, key: String) throws {
    let dx = try Fixture()
    let answer = try dx.request("POST", "/simulator/faults", body: fault)
    #expect(answer.status == 400)
    #expect(try #require(answer.json?["error"]?.string).contains(key))
    #expect(try dx.steer("GET", "faults") == .array([]))
  }
}
