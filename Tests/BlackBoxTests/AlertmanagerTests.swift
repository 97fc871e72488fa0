import Foundation
import Testing

/// Against a real Prometheus Alertmanager, which passes on what it is told.
@Suite(.limited) struct AlertmanagerTests {
  /// A scene with an Alertmanager as its only channel, and a credential that is held for values that begin with `bad`.
  private func scene(
    _ name: String = "jira-cloud", at path: String = ""
  ) throws -> (Scene, Alertmanager) {
    let scene = try Scene([Account(name, inDX: refusal("Duplicate secrets"))])
    let alertmanager = try Alertmanager(in: scene.place.root)
    try scene.place.dropIn(
      "16-alert",
      "[alert.webhook.am]\nurl = \"\(alertmanager.url)\(path)\"\nformat = \"alertmanager\"")
    return (scene, alertmanager)
  }

  @Test(arguments: ["jira-cloud", #"it's a "quoted" \ {{name}} é 鍵"#])
  func anAlertIsRaisedThereAndResolved(name: String) throws {
    let (scene, alertmanager) = try scene(name)
    let daemon = try scene.settledDaemon(name)
    try scene.place.put("bad-1", into: name)
    let raised = try alertmanager.wait(for: "firing", "DXRotatedRotationHeld")
    #expect(raised.labels["credential"] == name)
    #expect(raised.labels["severity"] == "warning")
    #expect(raised.annotations["description"]?.contains("The vendor refused it") == true)
    let standing = try alertmanager.standing()
    #expect(standing.map { $0.labels } == [raised.labels])
    // Five minutes ahead, but for the moment in between.
    #expect(try Instant(standing[0].endsAt) - Instant(standing[0].updatedAt) > 200)

    try scene.place.put("value-2", into: name)
    let resolved = try alertmanager.wait(for: "resolved", "DXRotatedRotationHeld")
    #expect(resolved.labels == raised.labels)
    #expect(try alertmanager.standing().isEmpty)
    let log = try daemon.stop()
    #expect(log.of("alert_delivery_failed").isEmpty)
  }

  /// A restarted daemon tells anew what stands, so that a restarted Alertmanager knows it too.
  @Test func whatStandsIsToldAgainAfterARestartUnderTheSameLabels() throws {
    let (scene, before) = try scene()
    let first = try scene.settledDaemon()
    try scene.place.put("bad-1", into: "jira-cloud")
    let raised = try before.wait(for: "firing", "DXRotatedRotationHeld")
    try first.stop()
    let alertmanager = try Alertmanager(in: scene.place.root)
    try scene.place.dropIn(
      "16-alert",
      "[alert.webhook.am]\nurl = \"\(alertmanager.url)\"\nformat = \"alertmanager\"")
    let second = try scene.daemon()
    let again = try alertmanager.wait(for: "firing", "DXRotatedRotationHeld")
    #expect(again.labels == raised.labels && again.startsAt == raised.startsAt)
    try second.stop()
  }

  @Test func aTestAlertArrives() throws {
    let (scene, alertmanager) = try scene(at: "/api/v2/alerts")
    let result = try scene.place.testAlerts("am")
    #expect(result.status == 0, "\(result)")
    _ = try alertmanager.wait(for: "firing", "DXRotatedTest")
  }
}

/// An Alertmanager of the test's own, on a port that was free, and a receiver that it notifies at once.
private final class Alertmanager {
  struct Alert: Decodable {
    var labels: [String: String]
    var annotations: [String: String]
    var startsAt: String
    var endsAt: String
    var updatedAt: String
  }

  /// What it posts to a webhook.
  struct Notification: Decodable {
    struct Alert: Decodable {
      var status: String
      var labels: [String: String]
      var annotations: [String: String]
      var startsAt: String
    }

    var alerts: [Alert]
  }

  let url: String
  private let port: UInt16
  private let process: ChildProcess
  private let receiver: WebhookReceiver

  init(in folder: String) throws {
    receiver = try WebhookReceiver()
    let name = "\(folder)/alertmanager-\(receiver.port)"
    try """
    route: {receiver: test, group_by: ["..."], group_wait: 0s, group_interval: 1ms}
    receivers: [{name: test, webhook_configs: [{url: "\(receiver.url)"}]}]
    """.write(toFile: name + ".yml", atomically: true, encoding: .utf8)
    process = try ChildProcess(
      Tool("prometheus-alertmanager").path,
      [
        "--config.file=\(name).yml", "--storage.path=\(name)",
        "--web.listen-address=127.0.0.1:0", "--cluster.listen-address=",
      ])
    port = try process.errors.wait(for: "the Alertmanager") { lines, _ in
      lines.first { $0.contains("Listening on") }
        .flatMap { UInt16($0.split(separator: ":").last ?? "") }
    }
    url = "http://127.0.0.1:\(port)"
  }

  deinit { process.signal(SIGKILL) }

  /// Waits until it notifies of an alert that is `firing` or `resolved`.
  func wait(for status: String, _ name: String) throws -> Notification.Alert {
    try receiver.wait(for: "\(name) \(status)") { posts in
      for post in posts {
        let notification = try JSONDecoder().decode(Notification.self, from: post.body)
        let found = notification.alerts.first {
          $0.status == status && $0.labels["alertname"] == name
        }
        if let found { return found }
      }
      return nil
    }
  }

  /// What stands there now.
  func standing() throws -> [Alert] {
    let answer = try HTTPClient.request("GET", port: port, "/api/v2/alerts")
    return try JSONDecoder().decode([Alert].self, from: answer.body)
  }
}
