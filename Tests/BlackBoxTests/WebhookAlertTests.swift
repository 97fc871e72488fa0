import Foundation
import Testing

/// Alerts that are posted (contract, `alert.webhook.NAME`).
@Suite(.limited) struct WebhookAlertTests {
  /// A scene with one credential whose values that begin with `bad` are held from the first answer.
  static func scene(_ tables: String) throws -> Scene {
    try Scene([Account(inDX: refusal("Duplicate secrets"))], tables: tables)
  }

  private func raise(_ scene: Scene, _ daemon: Daemon) throws {
    try scene.place.put("bad-1", into: "jira-cloud")
    try daemon.event("rotation_held")
  }

  @Test func anAlertIsPostedOnceWhenItIsRaisedAndOnceWhenItIsResolved() throws {
    let receiver = try WebhookReceiver()
    let scene = try Self.scene("[alert.webhook.ops]\nurl = \"\(receiver.url)/hook\"")
    let daemon = try scene.settledDaemon()
    try raise(scene, daemon)
    let raised = try receiver.wait(for: 1)[0]
    #expect(raised.path == "/hook")
    #expect(raised.headers["content-type"] == "application/json")
    #expect(raised.headers["user-agent"]?.hasPrefix("dx-rotated/") == true)
    let alert = try raised.json()
    #expect(alert["event"] as? String == "rotation_held")
    #expect(alert["phase"] as? String == "raised")
    #expect(alert["credential"] as? String == "jira-cloud")
    #expect(alert["connection_id"] as? Int == 123)
    #expect(alert["display_message"] as? String == "The vendor refused it")
    try scene.place.put("value-2", into: "jira-cloud")
    let resolved = try receiver.wait(for: 2)[1].json()
    #expect(resolved["phase"] as? String == "resolved")
    #expect(resolved["event"] as? String == "rotation_held")
    #expect(resolved["since"] as? String == alert["since"] as? String)
    try daemon.stop()
    #expect(receiver.present.count == 2)
    #expect(
      !receiver.present.contains { String(decoding: $0.body, as: UTF8.self).contains("bad-1") })
  }

  @Test func aRestartDoesNotSendAnAlertAgain() throws {
    let receiver = try WebhookReceiver()
    let scene = try Self.scene("[alert.webhook.ops]\nurl = \"\(receiver.url)\"")
    let first = try scene.settledDaemon()
    try raise(scene, first)
    try receiver.wait(for: 1)
    try first.stop()
    let second = try scene.daemon()
    try scene.place.put("value-2", into: "jira-cloud")
    let posts = try receiver.wait(for: 2)
    #expect(try posts[1].json()["phase"] as? String == "resolved")
    try second.stop()
    #expect(receiver.present.count == 2)
  }

  @Test func anAlertThatWasNotDeliveredIsDeliveredByTheNextRun() throws {
    let receiver = try WebhookReceiver(.answer(503))
    let scene = try Self.scene("[alert.webhook.ops]\nurl = \"\(receiver.url)\"")
    let first = try scene.settledDaemon()
    try raise(scene, first)
    try first.event("alert_delivery_failed")
    try first.crash()
    receiver.behave(.answer(204, body: ""))
    let count = receiver.present.count
    let second = try scene.daemon()
    let posts = try receiver.wait(for: count + 1)
    #expect(try posts[count].json()["phase"] as? String == "raised")
    try second.stop()
    #expect(receiver.present.count == count + 1)
  }

  /// Killed while the channel has the alert but has not answered: it may have been told, so it is told again.
  @Test func anAlertWhoseDeliveryACrashCutOffIsDeliveredAgain() throws {
    let receiver = try WebhookReceiver(.hang)
    let scene = try Self.scene("[alert.webhook.ops]\nurl = \"\(receiver.url)\"")
    let first = try scene.settledDaemon()
    try raise(scene, first)
    try receiver.wait(for: 1)
    try first.crash()
    receiver.behave(.answer(204, body: ""))
    let second = try scene.daemon()
    #expect(try receiver.wait(for: 2)[1].json()["phase"] as? String == "raised")
    try second.stop()
    try scene.daemon().stop()
    #expect(receiver.present.count == 2)
  }

  /// What was raised and is over before the channel works again is told as over, whatever crashed in between.
  @Test func anEndThatWasNotDeliveredIsDeliveredByTheNextRun() throws {
    let receiver = try WebhookReceiver(.answer(503))
    let scene = try Self.scene("[alert.webhook.ops]\nurl = \"\(receiver.url)\"")
    let first = try scene.settledDaemon()
    try raise(scene, first)
    try first.event("alert_delivery_failed")
    try scene.place.put("value-2", into: "jira-cloud")
    try first.event("rotated")
    try first.crash()
    receiver.behave(.answer(204, body: ""))
    let count = receiver.present.count
    let second = try scene.daemon()
    let posts = try receiver.wait(for: count + 1)
    #expect(try posts[count].json()["phase"] as? String == "resolved")
    try second.stop()
    #expect(receiver.present.count == count + 1)
  }

  struct Trouble: CustomTestStringConvertible {
    var name: String
    var behaviour: WebhookReceiver.Behaviour
    var said: String

    var testDescription: String { name }
  }

  @Test(arguments: [
    Trouble(name: "500", behaviour: .answer(500, body: "broken\u{7}"), said: "it answered 500"),
    Trouble(
      name: "a redirect", behaviour: .answer(302, headers: ["Location: /elsewhere"]),
      said: "it answered 302, a redirect, which is not followed"),
    Trouble(name: "a megabyte", behaviour: .flood, said: "the answer is longer than 65536 bytes"),
  ])
  func anEndpointInTroubleIsSaidOnceTriedAgainAndHoldsUpNoOther(_ trouble: Trouble) throws {
    let bad = try WebhookReceiver(trouble.behaviour)
    let good = try WebhookReceiver()
    let scene = try Self.scene(
      """
      [alert.webhook.a-bad]
      url = "\(bad.url)"
      [alert.webhook.b-good]
      url = "\(good.url)"
      """)
    let daemon = try scene.settledDaemon()
    try raise(scene, daemon)
    try good.wait(for: 1)
    let failed = try daemon.event("alert_delivery_failed", ["reason": "webhook.a-bad"])
    #expect(failed["error"]?.contains(trouble.said) == true)
    // Tried again by itself, and then it works.
    let count = try bad.wait(for: 2).count
    bad.behave(.answer(200))
    try bad.wait(for: count + 1)
    let log = try daemon.stop()
    #expect(log.of("alert_delivery_failed").count == 1)
    #expect(bad.present.allSatisfy { $0.path == "/" })
    #expect(good.present.count == 1)
  }

  @Test func anEndpointThatHangsHoldsUpNoOtherAndNoRotation() throws {
    let bad = try WebhookReceiver(.hang)
    let good = try WebhookReceiver()
    let scene = try Self.scene(
      """
      [alert.webhook.a-bad]
      url = "\(bad.url)"
      [alert.webhook.b-good]
      url = "\(good.url)"
      """)
    let daemon = try scene.settledDaemon()
    try raise(scene, daemon)
    try bad.wait(for: 1)
    try good.wait(for: 1)
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotated")
    try good.wait(for: 2)
    try daemon.stop()
    #expect(bad.present.count == 1)
  }

  @Test func aChannelHearsOnlyOfItsSeverity() throws {
    let all = try WebhookReceiver()
    let critical = try WebhookReceiver()
    let scene = try Self.scene(
      """
      [alert.webhook.all]
      url = "\(all.url)"
      [alert.webhook.critical]
      url = "\(critical.url)"
      severity = "critical"
      """)
    let daemon = try scene.settledDaemon()
    try raise(scene, daemon)
    try all.wait(for: 1)
    // One cause, one alert, and a critical one.
    try scene.simulator.accept(key: "dx-key-2")
    try scene.place.put("value-2", into: "jira-cloud")
    let post = try critical.wait(for: 1)[0].json()
    #expect(post["event"] as? String == "api_unauthorized")
    #expect(post["credential"] is NSNull)
    #expect(post["credentials"] as? Int == 1)
    try daemon.stop()
    #expect(critical.present.count == 1)
  }

  @Test func addressAndHeadersMayComeFromSourcesAndAreNeverTold() throws {
    let receiver = try WebhookReceiver(.answer(403, body: "token s3cret-header-value is bad"))
    let scene = try Self.scene("")
    try scene.place.put("\(receiver.url)/T0-secret-part-of-the-path\n", into: "url")
    try scene.place.put("s3cret-header-value\n", into: "header")
    try scene.place.dropIn(
      "16-alert",
      """
      [alert.webhook.ops]
      url = { file = "\(scene.place.source("url"))" }
      headers.X-Token = { file = "\(scene.place.source("header"))" }
      format = "slack"
      """)
    let daemon = try scene.settledDaemon()
    try raise(scene, daemon)
    let post = try receiver.wait(for: 1)[0]
    #expect(post.path == "/T0-secret-part-of-the-path")
    #expect(post.headers["x-token"] == "s3cret-header-value")
    let text = try #require(try post.json()["text"] as? String)
    #expect(text.contains("rotation held: jira-cloud"))
    #expect(text.contains("The vendor refused it"))
    try daemon.event("alert_delivery_failed")
    let log = try daemon.stop()
    let all = log.map { "\($0)" }.joined()
    #expect(!all.contains("s3cret-header-value") && !all.contains("T0-secret"))
    for (_, bytes) in try scene.place.stateBytes() {
      #expect(bytes.range(of: Data("s3cret-header-value".utf8)) == nil)
    }
  }
}
