import Foundation
import Testing

/// Against a real Prometheus Alertmanager, where Debian's prometheus-alertmanager is installed.
@Suite(
  .limited,
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: Alertmanager.program),
    "prometheus-alertmanager is not installed"))
struct AlertmanagerTests {
  @Test func anAlertIsRaisedThereAndResolved() throws {
    let scene = try WebhookAlertTests.scene("")
    let alertmanager = try Alertmanager(in: scene.place.root)
    try scene.place.dropIn(
      "16-alert",
      "[alert.webhook.am]\nurl = \"\(alertmanager.url)\"\nformat = \"alertmanager\"")
    let daemon = try scene.settledDaemon()
    try scene.place.put("bad-1", into: "jira-cloud")
    try daemon.event("rotation_held")
    let raised = try alertmanager.waitForAlerts { $0.count == 1 }[0]
    #expect(raised.labels["alertname"] == "DXRotatedRotationHeld")
    #expect(raised.labels["credential"] == "jira-cloud")
    #expect(raised.labels["severity"] == "warning")
    #expect(raised.annotations["description"]?.contains("The vendor refused it") == true)
    #expect(try Instant(raised.endsAt) - Instant(raised.updatedAt) > 200)

    try scene.place.put("value-2", into: "jira-cloud")
    _ = try alertmanager.waitForAlerts { $0.isEmpty }
    let log = try daemon.stop()
    #expect(log.of("alert_delivery_failed").isEmpty)
  }

  /// It is told anew what stands by a daemon that was started again.
  @Test func whatStandsIsToldAgainAfterARestartUnderTheSameLabels() throws {
    let scene = try WebhookAlertTests.scene("")
    let first = try scene.settledDaemon()
    try scene.place.put("bad-1", into: "jira-cloud")
    try first.event("rotation_held")
    try first.stop()
    let alertmanager = try Alertmanager(in: scene.place.root)
    try scene.place.dropIn(
      "16-alert",
      "[alert.webhook.am]\nurl = \"\(alertmanager.url)\"\nformat = \"alertmanager\"")
    let second = try scene.daemon()
    let alerts = try alertmanager.waitForAlerts { !$0.isEmpty }
    #expect(alerts.map { $0.labels["event"] } == ["rotation_held"])
    try second.stop()
  }

  @Test func aTestAlertArrives() throws {
    let scene = try Scene()
    let alertmanager = try Alertmanager(in: scene.place.root)
    try scene.place.dropIn(
      "16-alert",
      "[alert.webhook.am]\nurl = \"\(alertmanager.url)/api/v2/alerts\"\nformat = \"alertmanager\"")
    let result = try scene.place.testAlerts("am")
    #expect(result.status == 0, "\(result)")
    let alerts = try alertmanager.waitForAlerts { !$0.isEmpty }
    #expect(alerts.map { $0.labels["alertname"] } == ["DXRotatedTest"])
  }
}

/// An Alertmanager of the test's own, on a port that was free.
private final class Alertmanager {
  static let program = "/usr/bin/prometheus-alertmanager"

  struct Alert: Decodable {
    var labels: [String: String]
    var annotations: [String: String]
    var endsAt: String
    var updatedAt: String
  }

  let url: String
  private let port: UInt16
  private let process: ChildProcess

  init(in folder: String) throws {
    let configuration = folder + "/alertmanager.yml"
    try "route: {receiver: none}\nreceivers: [{name: none}]\n".write(
      toFile: configuration, atomically: true, encoding: .utf8)
    // A receiver has had the port, and gives it up.
    port = UInt16(try WebhookReceiver().port)
    url = "http://127.0.0.1:\(port)"
    process = try ChildProcess(
      Self.program,
      [
        "--config.file=\(configuration)", "--storage.path=\(folder)/alertmanager",
        "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
      ])
    _ = try process.errors.wait(for: "the Alertmanager") { lines, _ in
      lines.contains { $0.contains("Listening on") || $0.contains("msg=Listening") } ? true : nil
    }
  }

  deinit { process.signal(SIGKILL) }

  /// Asks for the alerts that stand until they are as wanted: it tells nobody when they change.
  func waitForAlerts(_ areWanted: ([Alert]) -> Bool) throws -> [Alert] {
    let deadline = Date(timeIntervalSinceNow: patience)
    var alerts: [Alert] = []
    while Date() < deadline {
      let answer = try HTTPClient.request("GET", port: port, "/api/v2/alerts")
      alerts = try JSONDecoder().decode([Alert].self, from: answer.body)
      if areWanted(alerts) { return alerts }
      usleep(20_000)
    }
    throw Failure("the Alertmanager has: \(alerts)")
  }
}
