import Foundation
import Testing

/// SIGHUP (contract, sections 2 and 6).
@Suite(.limited) struct ReloadTests {
  @Test func aBrokenDropInLeavesTheConfigurationBeforeInForce() throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    try scene.place.dropIn("90-broken", "[credential.jira-cloud]\nrotate_befor = \"1d\"\n")
    daemon.reload()
    let said = try daemon.event("config_rejected")
    #expect(said.priority == 3)
    #expect(said["msg"]?.contains("90-broken.toml:2:1: error:") == true)
    #expect(said["msg"]?.contains("rotate_before") == true)
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotated")
    try scene.place.removeDropIn("90-broken")
    daemon.reload()
    try daemon.event("config_loaded", number: 2)
    try daemon.stop()
  }

  @Test func aReloadAddsChangesAndRemovesCredentials() throws {
    let scene = try Scene([Account("a", id: 1), Account("b", id: 2), Account("c", id: 3)])
    try scene.place.removeDropIn("20-c")
    let daemon = try scene.settledDaemon("a", "b")
    // Added:
    try scene.configure(Account("c", id: 3))
    daemon.reload()
    try daemon.event("adopted", ["credential": "c"])
    // Changed: another source, whose value differs.
    try scene.place.put("value-2", into: "elsewhere")
    try scene.place.dropIn(
      "30-b", "credential.b.secrets.api_token = { file = \"\(scene.place.source("elsewhere"))\" }")
    daemon.reload()
    try daemon.event("rotated", ["credential": "b"])
    #expect(try scene.simulator.secrets(123, 2) == ["api_token": "value-2"])
    // Removed: what happens to its source is nobody's business.
    try scene.place.removeDropIn("20-a")
    daemon.reload()
    try daemon.event("config_loaded", number: 4)
    try scene.place.put("value-2", into: "a")
    try scene.place.put("value-2", into: "c")
    try daemon.event("rotated", ["credential": "c"])
    #expect(try scene.place.run("rotate", "a").status == 64)
    try daemon.stop()
    #expect(try scene.simulator.secrets(123, 1) == [:])
    #expect(try scene.simulator.requests(.update).count == 2)
  }

  @Test func aRemovedCredentialsAlertEnds() throws {
    let scene = try Scene([Account(date: Day.soon), Account("other", id: 457)])
    let daemon = try scene.daemon()
    try daemon.event("awaiting_secret")
    #expect(try scene.place.run("status").status == 1)
    try scene.place.removeDropIn("20-jira-cloud")
    daemon.reload()
    try daemon.event("config_loaded", number: 2)
    #expect(try scene.place.run("status").status == 0)
    try daemon.stop()
  }

  @Test func aRenamedCredentialKeepsItsHistory() throws {
    let scene = try Scene([Account(date: Day.soon)])
    let daemon = try scene.daemon()
    try daemon.event("rotated")
    try scene.place.removeDropIn("20-jira-cloud")
    try scene.place.put("value-1", into: "renamed")
    try scene.configure(Account("renamed"))
    daemon.reload()
    try daemon.event("config_loaded", number: 2)
    #expect(try scene.place.run("rotate", "renamed").status == 0)
    let log = try daemon.stop()
    #expect(log.of("adopted", "renamed").isEmpty)
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func aReloadThatChangesTheSourceStartsAHeldValueAfresh() throws {
    let scene = try Scene([Account(inDX: refusal())], retry: "verification_attempts = 1")
    let daemon = try scene.settledDaemon()
    try scene.place.put("bad-1", into: "jira-cloud")
    try daemon.event("rotation_held")
    try scene.simulator.change(123, 456, #"{"rules":null}"#)
    try scene.place.put("bad-1", into: "elsewhere")
    try scene.place.dropIn(
      "30-elsewhere",
      "credential.jira-cloud.secrets.api_token = { file = \"\(scene.place.source("elsewhere"))\" }")
    daemon.reload()
    try daemon.event("rotated")
    try daemon.stop()
  }

  /// What waits under a wrong id or URL is not what DX has under the right one.
  @Test func aReloadThatMendsTheIdSendsWhatWaits() throws {
    let scene = try Scene(others: [Account("right", id: 457)])
    let daemon = try scene.settledDaemon()
    try scene.simulator.change(123, 456, #"{"exists":false}"#)
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotation_held")
    try scene.configure(Account(id: 457))
    daemon.reload()
    try daemon.event("rotated", ["credential_id": "457", "reason": "changed"])
    try daemon.stop()
    #expect(try scene.simulator.secrets(123, 457) == ["api_token": "value-2"])
  }

  @Test func aReloadThatMendsTheURLSendsWhatWaits() throws {
    let scene = try Scene()
    let second = try Scene()
    let daemon = try scene.settledDaemon()
    try scene.simulator.fault(#"{"match":"update","times":0,"kind":"status","status":503}"#)
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotation_failed")
    try scene.place.dropIn("90-url", "api.url = \"\(second.simulator.url)\"")
    daemon.reload()
    try daemon.event("rotated", ["reason": "changed"])
    try daemon.stop()
    #expect(try second.simulator.secrets(123, 456) == ["api_token": "value-2"])
  }

  @Test func anotherURLIsAnotherInstance() throws {
    let scene = try Scene()
    let second = try Scene()
    let daemon = try scene.settledDaemon()
    try scene.place.dropIn("90-url", "api.url = \"\(second.simulator.url)\"")
    daemon.reload()
    // Nothing is known there: the value is adopted anew.
    try daemon.event("adopted", number: 2)
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotated")
    #expect(try scene.place.run("rotate", "jira-cloud").status == 0)
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).isEmpty)
    #expect(try second.simulator.requests(.update).count == 1)
  }

  @Test func aReloadRightAfterREADYIsNotLost() throws {
    let scene = try Scene()
    for _ in 1...5 {
      let notify = try NotifySocket(in: scene.place)
      let daemon = try Daemon(scene.place, environment: ["NOTIFY_SOCKET": notify.path])
      _ = try notify.next(with: "READY")
      daemon.reload()
      _ = try notify.next(with: "RELOADING")
      _ = try notify.next(with: "READY")
      try daemon.stop()
      unlink(notify.path)
    }
  }
}
