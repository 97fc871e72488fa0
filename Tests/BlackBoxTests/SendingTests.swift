import Foundation
import Testing

/// What is sent, and when (contract, sections 3 and 4).
@Suite(.limited) struct SendingTests {
  @Test func anUpdateIsExactlyWhatTheContractSays() throws {
    let scene = try Scene([Account(date: Day.soon)])
    let daemon = try scene.daemon()
    let request = try #require(try scene.simulator.wait(for: 1, .update).first)
    #expect(request.method == "POST")
    #expect(request.path == "/api/connections/123/credentials.update")
    #expect(request.body == #"{"id":456,"secrets":{"api_token":"value-1"}}"#)
    var headers = request.headers
    let version = try scene.place.run("--version").output
    #expect(headers.removeValue(forKey: "user-agent") == "dx-rotated/\(version)")
    #expect(headers.removeValue(forKey: "authorization") == "Bearer dx-key-1")
    #expect(headers.removeValue(forKey: "content-type") == "application/json")
    #expect(headers.removeValue(forKey: "accept") == "application/json")
    #expect(headers.removeValue(forKey: "content-length") == "\(request.body.utf8.count)")
    #expect(headers.removeValue(forKey: "host") == "127.0.0.1:\(scene.simulator.port)")
    #expect(headers == [:])
    try daemon.stop()
  }

  @Test func inTheWindowAValueIsSentOnce() throws {
    let scene = try Scene([Account(date: Day.soon, inDX: "moves_to = \"\(Day.farOff)\"")])
    let daemon = try scene.daemon()
    let line = try daemon.event("rotated")
    #expect(line["credential"] == "jira-cloud")
    #expect(line["connection_id"] == "123")
    #expect(line["credential_id"] == "456")
    #expect(line["attempt"] == "1")
    #expect(line.priority == 5)
    #expect(try scene.place.run("rotate", "jira-cloud").status == 0)
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func farFromItsExpirationAValueIsAdoptedAndNotSent() throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    let line = try daemon.event("adopted")
    #expect(line["msg"]?.contains("dx-rotated rotate jira-cloud") == true)
    #expect(try scene.place.run("rotate", "jira-cloud", "--dry-run").status == 0)
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).isEmpty)
  }

  @Test func allSecretsOfACredentialGoTogether() throws {
    let scene = try Scene([
      Account(
        value: "a \"quoted\" \\ välue\u{1F511}\n", date: Day.soon,
        settings: #"secrets.user = { env = "DX_TEST_USER" }"#)
    ])
    let daemon = try scene.daemon(environment: ["DX_TEST_USER": "somebody"])
    try daemon.event("rotated")
    try daemon.stop()
    #expect(
      try scene.simulator.secrets(123, 456)
        == ["api_token": "a \"quoted\" \\ välue\u{1F511}", "user": "somebody"])
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func aDateOfItsOwnIsSentAlongWhereThatIsAskedFor() throws {
    let scene = try Scene([
      Account(settings: "expires_at = \(Day.soon)\nsend_expiration_date = true")
    ])
    let daemon = try scene.daemon()
    try daemon.event("rotated")
    try daemon.stop()
    #expect(
      try scene.simulator.requests(.update).map(\.body) == [
        #"{"id":456,"secrets":{"api_token":"value-1"},"expiration_date":"\#(Day.soon)"}"#
      ])
  }

  @Test func firstSeenPushSendsWhatIsNotDue() throws {
    let scene = try Scene([Account(settings: #"first_seen = "push""#)])
    let daemon = try scene.daemon()
    try daemon.event("rotated", ["reason": "first_seen"])
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func aDisabledCredentialIsLeftAlone() throws {
    let scene = try Scene([
      Account("off", id: 1, date: Day.soon, settings: "enabled = false"),
      Account("on", id: 2, date: Day.soon),
    ])
    let daemon = try scene.daemon()
    try daemon.event("rotated", ["credential": "on"])
    try daemon.stop()
    #expect(
      try scene.simulator.requests(.update).map(\.body).allSatisfy { $0.contains(#""id":2"#) })
  }

  @Test("What is sent in clear to this machine does not leave it by a proxy")
  func noProxyWithoutTLS() throws {
    let scene = try Scene()
    // Nobody listens there.
    let proxy = "http://127.0.0.1:1"
    let result = try scene.place.run(
      "rotate", "jira-cloud", environment: ["http_proxy": proxy, "ALL_PROXY": proxy])
    #expect(result.status == 0, "\(result)")
    try scene.simulator.wait(for: 1, .update)
  }
}
