import Foundation
import Testing

/// Peers that are not who they say, and protocols of the past (contract, section 3).
@Suite(.limited) struct HostileTLSTests {
  @Test(arguments: TLSPeer.Fault.allCases)
  func aPeerThatCannotBeTrustedIsAnOutageThatEndsWithIt(fault: TLSPeer.Fault) throws {
    let scene = try Scene(tables: "[alert]\nafter = \"100ms\"")
    let authority = try TestAuthority(in: scene.place.root)
    let server = try TLSPeer(fault, authority, before: scene.simulator)
    try trust(server, authority, scene)
    let online = try scene.place.run("check", "--online")
    #expect(online.status == 69, "\(online)")
    let daemon = try scene.daemon()
    try daemon.event("adopted")
    try scene.place.put("value-2", into: "jira-cloud")
    let failed = try daemon.event("rotation_failed", number: 2)
    #expect(failed["reason"] == "unreachable")
    let alert = try daemon.event("api_unavailable")
    print("\(fault.rawValue): \(alert["msg"] ?? "")")
    #expect(alert.priority <= 4)
    let during: Status = try scene.place.run("status", "--json").json()
    // Due while an attempt is under way.
    #expect(["retrying", "due"].contains(during.credentials.first?.state))
    #expect(during.alerts.map(\.event) == ["api_unavailable"])
    #expect(try scene.place.run("status").status == 1)
    #expect(try scene.place.run("rotate", "jira-cloud").status == 69)
    #expect(try scene.simulator.requests().isEmpty)

    try server.stop()
    let healed = Date()
    let right = try TLSPeer(nil, authority, before: scene.simulator, port: server.port)
    try daemon.event("api_recovered")
    try daemon.event("rotated")
    print("recovered from \(fault.rawValue) in \(Int(-healed.timeIntervalSinceNow * 1000)) ms")
    #expect(try scene.place.run("status").status == 0)
    let log = try daemon.stop()
    // The alert itself; that the very first request failed was an entry of its own.
    #expect(log.of("api_unavailable").count { $0["reason"] == nil } == 1)
    #expect(try scene.simulator.secrets(123, 456) == ["api_token": "value-2"])
    withExtendedLifetime(right) {}
  }

  /// The same peer, only right: what is refused above is refused for the one thing that is wrong.
  @Test func aPeerThatIsRightIsSpokenTo() throws {
    let scene = try Scene()
    let authority = try TestAuthority(in: scene.place.root)
    let server = try TLSPeer(nil, authority, before: scene.simulator)
    try trust(server, authority, scene)
    let online = try scene.place.run("check", "--online")
    #expect(online.status == 0, "\(online)")
    withExtendedLifetime(server) {}
  }

  private func trust(_ server: TLSPeer, _ authority: TestAuthority, _ scene: Scene) throws {
    try scene.place.dropIn(
      "30-tls",
      "[api]\nurl = \"https://127.0.0.1:\(server.port)\"\nca_file = \"\(authority.trusted)\"")
  }

  private struct Status: Decodable {
    struct Credential: Decodable {
      var state: String
    }
    struct Alert: Decodable {
      var event: String
    }
    var credentials: [Credential]
    var alerts: [Alert]
  }
}
