import Foundation
import Testing

/// Expirations that come from elsewhere than DX (contract, section 2: `expires_at`).
@Suite(.limited) struct DatedSourceTests {
  private func webToken(expiring day: Int, named name: String) -> String {
    let expiration = Int(Date(timeIntervalSinceNow: Double(day) * 86_400).timeIntervalSince1970)
    return [#"{"alg":"none"}"#, #"{"sub":"\#(name)","exp":\#(expiration)}"#, "signature"]
      .map {
        Data($0.utf8).base64EncodedString().replacingOccurrences(of: "=", with: "")
          .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
      }.joined(separator: ".")
  }

  @Test func aWebTokenCarriesItsOwnDate() throws {
    let scene = try Scene([
      Account(
        value: webToken(expiring: 5, named: "first"), date: nil,
        settings: "expires_at = { jwt = \"api_token\" }\nsend_expiration_date = true")
    ])
    let daemon = try scene.daemon()
    try daemon.event("rotated", ["reason": "first_in_window"])
    try daemon.event("awaiting_secret")
    let second = webToken(expiring: 200, named: "second")
    try scene.place.put(second, into: "jira-cloud")
    try daemon.event("rotated", ["reason": "changed"])
    #expect(try scene.place.run("rotate", "jira-cloud").status == 0)
    #expect(try scene.place.run("status").status == 0)
    try daemon.stop()
    let requests = try scene.simulator.requests(.update)
    #expect(requests.count == 2)
    #expect(
      requests.last?.body
        == #"{"id":456,"secrets":{"api_token":"\#(second)"},"expiration_date":"\#(Day.after(days: 200))"}"#
    )
  }

  @Test(.enabled(if: TLSTests.hasOpenSSL, "there is no openssl here"))
  func aCertificateCarriesItsOwnDate() throws {
    let scene = try Scene([
      Account(value: nil, date: nil, settings: "expires_at = { x509 = \"api_token\" }")
    ])
    let made = try ChildProcess(
      "/usr/bin/openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", "-days", "5"]
        + ["-keyout", scene.place.root + "/key.pem", "-out", scene.place.source("jira-cloud")]
    ).result()
    #expect(made.status == 0)
    let daemon = try scene.daemon()
    try daemon.event("rotated", ["reason": "first_in_window"])
    let alert = try daemon.event("awaiting_secret")
    #expect(alert["expires_at"]?.hasPrefix(Day.after(days: 5)) == true)
    try daemon.stop()
    let status = try scene.place.run("status", "--json")
    #expect(status.output.contains("\"expires_from\" : \"source\""))
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func aDateInAFileOfItsOwnIsReadAgainWhenItChanges() throws {
    let scene = try Scene([Account(date: nil)])
    try scene.place.put(Day.farOff, into: "date")
    try scene.place.dropIn(
      "30-date", "credential.jira-cloud.expires_at = { file = \"\(scene.place.source("date"))\" }")
    let daemon = try scene.settledDaemon()
    try scene.place.put(Day.soon, into: "date")
    try daemon.event("rotated", ["reason": "first_in_window"])
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func aDateThatIsNoneIsASourceThatCannotBeUsed() throws {
    let scene = try Scene([Account(date: nil)])
    try scene.place.put("next Tuesday", into: "date")
    try scene.place.dropIn(
      "30-date", "credential.jira-cloud.expires_at = { file = \"\(scene.place.source("date"))\" }")
    let daemon = try scene.daemon()
    let said = try daemon.event("source_unavailable")
    #expect(said["error"]?.contains(scene.place.source("date")) == true)
    try scene.place.put(Day.farOff, into: "date")
    try daemon.event("source_recovered")
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).isEmpty)
  }
}
