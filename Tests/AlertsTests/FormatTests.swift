import Foundation
import RotationEngine
import Testing

@testable import Alerts

@Suite struct FormatTests {
  @Test func theJSONHasEveryKeyOfTheSchemaWhateverApplies() throws {
    let keys: Set = [
      "version", "phase", "event", "severity", "test", "credential", "connection_id",
      "credential_id", "credentials", "instance", "since", "at", "message", "reason", "attempt",
      "http_status", "error", "display_message", "raw_message", "expires_at", "next_attempt_at",
    ]
    for message in [Sample.message(), AlertMessage(testOf: "x", at: Sample.now)] {
      let bytes = AlertBody.webhook(.json, [message], at: Sample.now)
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
      #expect(Set(object.keys) == keys)
      #expect(object["test"] as? Bool == message.isTest)
      #expect(object["version"] as? Int == 1)
    }
  }

  @Test func aMessageSurvivesTheFileOfUndeliveredAlerts() throws {
    for message in [
      Sample.message(name: "a \"b\"\n\u{1F511}"), AlertMessage(testOf: "x", at: Sample.now),
    ] {
      let bytes = AlertBody.json(message)
      #expect(try JSONDecoder().decode(AlertMessage.self, from: Data(bytes)) == message)
    }
  }

  @Test func slackEscapesItsControlCharactersAndKeepsNamesInOneLine() throws {
    let message = Sample.message(
      name: "<!channel>\n& co", text: "<!channel>: a <b> & c\n*RESOLVED*")
    let text = SlackText(message, at: Sample.now).text
    #expect(!text.contains("<") && !text.contains(">"))
    #expect(text.contains("&lt;!channel&gt;: a &lt;b&gt; &amp; c *RESOLVED*"))
    let lines = text.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0].hasPrefix(":warning: *WARNING: rotation held: "))
    #expect(lines[2].hasPrefix("Since 2026-11-22T22:00:00Z (2h); 3d left until 2026-11-26"))
    #expect(lines[3].hasPrefix("More: `dx-rotated status '"))
  }

  @Test func sinceWhenIsSaidOnce() {
    // The journal's text of a repeated alert says it.
    for phase in [AlertNotice.Phase.escalated, .repeated] {
      let message = Sample.message(.rotationHeld, phase)
      #expect(message.timing(at: Sample.now).hasPrefix("3d left until 2026-11-26"))
    }
  }

  @Test func anAlertmanagerGetsLabelsThatStayAndAnEndFiveMinutesAhead() {
    let raised = AlertmanagerAlert(Sample.message(), at: Sample.now)
    #expect(
      raised.labels == [
        "alertname": "DXRotatedRotationHeld", "severity": "warning", "event": "rotation_held",
        "credential": "jira-cloud", "connection_id": "123", "credential_id": "456",
        "instance": "acme.getdx.net",
      ])
    #expect(raised.startsAt == "2026-11-22T22:00:00Z")
    #expect(raised.endsAt == "2026-11-23T00:05:00Z")
    let later = Sample.now + .minutes(1)
    let resolved = AlertmanagerAlert(Sample.message(.rotationHeld, .resolved), at: later)
    #expect(resolved.labels == raised.labels)
    #expect(resolved.endsAt == "2026-11-23T00:01:00Z")
  }

  @Test func anEndIsNeverBeforeItsStart() {
    let early = AlertmanagerAlert(
      Sample.message(.expired, .resolved), at: Sample.now - .days(1))
    #expect(early.startsAt <= early.endsAt)
  }

  @Test func theEnvironmentLeavesOutWhatDoesNotApplyAndHasNoZeroByte() {
    let variables = CommandEnvironment.variables(
      of: Sample.message(name: "a\u{0}b=c\nd"), path: "/bin")
    #expect(variables.contains("PATH=/bin"))
    #expect(variables.contains("DX_CREDENTIAL=a\u{FFFD}b=c\nd"))
    #expect(variables.contains("DX_EVENT=rotation_held"))
    #expect(!variables.contains { $0.hasPrefix("DX_HTTP_STATUS") || $0.hasPrefix("DX_TEST") })
  }

  @Test(arguments: [
    ("http://am:9093", "http://am:9093/api/v2/alerts"),
    ("http://am:9093/", "http://am:9093/api/v2/alerts"),
    ("https://am/prefix", "https://am/prefix/api/v2/alerts"),
    ("https://am/api/v2/alerts", "https://am/api/v2/alerts"),
  ])
  func anAlertmanagersAddressMayBeTheBaseOrTheWhole(given: String, used: String) {
    #expect(WebAddress.alertmanager(given) == used)
  }

  @Test func whatMayBeAKeyInAnAddressIsFound() throws {
    let key = "T0abcdefghijklmnopqrstuv"
    let address = try #require(WebAddress("https://me:pw@hooks.example:8443/services/\(key)?a=b"))
    #expect(address.host == "hooks.example:8443")
    #expect(address.secretParts == [key, "me:pw"])
    #expect(WebAddress("file:///etc/passwd") == nil)
  }
}
