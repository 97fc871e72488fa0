import Foundation
import Testing

/// A network that fails in every way it can, between the real binary and DX (contract, rule 7).
@Suite(.timeLimit(.minutes(5))) struct HostileNetworkTests {
  struct Status: Decodable {
    struct Credential: Decodable {
      var state: String
      var last_error: Problem?
    }
    struct Problem: Decodable {
      var kind: String
    }
    struct Alert: Decodable {
      var event: String
    }
    var credentials: [Credential]
    var alerts: [Alert]
  }

  private static let failing = HostileProxy.Behaviour.allCases
    .filter { ![.faithful, .late].contains($0) }

  private func scene(timeout: String) throws -> (Scene, HostileProxy) {
    let scene = try Scene(
      api: "timeout = \"\(timeout)\"", tables: "[alert]\nafter = \"100ms\"")
    let proxy = try HostileProxy(to: scene.simulator.port)
    try scene.place.dropIn("30-proxy", "api.url = \"\(proxy.url)\"")
    return (scene, proxy)
  }

  @Test(arguments: failing)
  func itIsAnOutageWithOneAlertAndEndsByItself(behaviour: HostileProxy.Behaviour) throws {
    let (scene, proxy) = try scene(timeout: "1s")
    let daemon = try scene.settledDaemon()
    proxy.behaviour = behaviour
    try scene.place.put("value-2", into: "jira-cloud")
    let failed = try daemon.event("rotation_failed", number: 2)
    #expect(failed["reason"] == "unreachable")
    #expect(failed["next_attempt_at"] != nil)
    let alert = try daemon.event("api_unavailable")
    #expect(alert.priority <= 4)
    let during: Status = try scene.place.run("status", "--json").json()
    // Due while an attempt is under way.
    #expect(["retrying", "due"].contains(during.credentials.first?.state))
    #expect(during.credentials.first?.last_error?.kind == "unreachable")
    #expect(during.alerts.map(\.event) == ["api_unavailable"])

    let healed = Date()
    proxy.behaviour = .faithful
    try daemon.event("api_recovered")
    try daemon.event("rotated")
    print("recovered from \(behaviour.rawValue) in \(Int(-healed.timeIntervalSinceNow * 1000)) ms")
    #expect(try scene.place.run("status").status == 0)
    let log = try daemon.stop()
    #expect(log.of("api_unavailable").count == 1)
    #expect(log.of("rotation_held").isEmpty)
    #expect(try scene.simulator.secrets(123, 456) == ["api_token": "value-2"])
  }

  @Test func aLateAnswerIsAnAnswer() throws {
    let (scene, proxy) = try scene(timeout: "30s")
    let daemon = try scene.settledDaemon()
    proxy.behaviour = .late
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotated")
    let log = try daemon.stop()
    #expect(log.of("rotation_failed").isEmpty)
    #expect(try scene.simulator.requests(.update).count == 1)
  }
}
