import Foundation
import Testing

/// The life of an alert as a channel hears it: raised, repeated, escalated, resolved; one cause, one alert.
@Suite(.limited) struct AlertLifeTests {
  private func channel(_ receiver: WebhookReceiver, _ settings: String = "") -> String {
    "[alert]\n\(settings)\n[alert.webhook.ops]\nurl = \"\(receiver.url)\""
  }

  private func phases(_ posts: [WebhookReceiver.Post]) throws -> [String] {
    try posts.map { "\(try $0.json()["phase"] ?? "") \(try $0.json()["severity"] ?? "")" }
  }

  @Test func whatComesNearerEscalatesOnceAndEndsWithANewSecret() throws {
    let receiver = try WebhookReceiver()
    let scene = try Scene(
      [Account(settings: "expires_at = \(Day.soon)\ncritical_before = \"1h\"")],
      tables: channel(receiver))
    let daemon = try scene.daemon()
    let raised = try receiver.wait(for: 1)[0].json()
    #expect(raised["event"] as? String == "awaiting_secret")
    let message = try #require(raised["message"] as? String)
    #expect(message.contains("the source (file \(scene.place.source("jira-cloud")))"))
    try scene.configure(Account(settings: "expires_at = \(Day.soon)\ncritical_before = \"14d\""))
    daemon.reload()
    try receiver.wait(for: 2)
    try scene.configure(Account(settings: "expires_at = \(Day.farOff)"))
    daemon.reload()
    let posts = try receiver.wait(for: 3)
    try daemon.stop()
    #expect(try phases(posts) == ["raised warning", "escalated critical", "resolved critical"])
    #expect(receiver.present.count == 3)
  }

  @Test func whatStandsIsRepeatedUnderItsFirstTime() throws {
    let receiver = try WebhookReceiver()
    let scene = try Scene(
      [Account(inDX: refusal("Duplicate secrets"))],
      tables: channel(receiver, "repeat = \"200ms\""))
    let daemon = try scene.settledDaemon()
    try scene.place.put("bad-1", into: "jira-cloud")
    let posts = try receiver.wait(for: 3)
    try daemon.stop()
    #expect(
      try phases(Array(posts.prefix(3)))
        == ["raised warning", "repeated warning", "repeated warning"])
    #expect(Set(try posts.map { try $0.json()["since"] as? String }).count == 1)
  }

  /// Neither the credentials nor their number change what is one cause.
  @Test func aDXThatCannotBeReachedIsOneAlertWithTheNumberBehindIt() throws {
    let receiver = try WebhookReceiver()
    let names = (0..<20).map { "c\($0)" }
    let scene = try Scene(
      names.enumerated().map { Account($1, connection: 1 + $0 % 3, id: 1 + $0) },
      tables: channel(receiver, "after = \"0s\""))
    try scene.simulator.stop()
    let daemon = try scene.daemon()
    for name in names { try daemon.event("adopted", ["credential": name]) }
    for name in names { try scene.place.put("value-2", into: name) }
    for name in names { try daemon.event("rotation_failed", ["credential": name], number: 2) }
    let raised = try receiver.wait(for: 1)[0].json()
    #expect(raised["event"] as? String == "api_unavailable")
    #expect(raised["credentials"] as? Int == names.count)
    #expect(raised["credential"] is NSNull)
    let again = try scene.restartedSimulator()
    for name in names { try daemon.event("rotated", ["credential": name]) }
    let posts = try receiver.wait(for: 2)
    try daemon.stop()
    #expect(try posts.allSatisfy { try $0.json()["event"] as? String == "api_unavailable" })
    #expect(try posts[1].json()["phase"] as? String == "resolved")
    #expect(receiver.present.count == 2)
    withExtendedLifetime(again) {}
  }

  /// The key's own date, out of a source, is watched like a credential's.
  @Test func anExpiringKeyIsToldAndItsEnd() throws {
    let receiver = try WebhookReceiver()
    let scene = try Scene(tables: channel(receiver))
    try scene.place.put(Day.soon, into: "key-date")
    try scene.place.dropIn(
      "16-key", "api.token_expires_at = { file = \"\(scene.place.source("key-date"))\" }")
    let daemon = try scene.daemon()
    let raised = try receiver.wait(for: 1)[0].json()
    #expect(raised["event"] as? String == "key_expiring")
    #expect(raised["expires_at"] as? String == Day.soon + "T00:00:00Z")
    try scene.place.put(Day.farOff, into: "key-date")
    let posts = try receiver.wait(for: 2)
    #expect(try posts[1].json()["phase"] as? String == "resolved")
    try daemon.stop()
    #expect(receiver.present.count == 2)
  }
}
