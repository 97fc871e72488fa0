import Foundation
import Testing

/// Peers that are not who they say, and protocols of the past (contract, section 3).
@Suite(.timeLimit(.minutes(5))) struct HostileTLSTests {
  enum Peer: String, CaseIterable {
    case anotherName = "wrong-name"
    case expired
    case selfSigned = "self-signed"
    case untrusted
    case tls11 = "tls-1.1"
  }

  @Test(arguments: Peer.allCases)
  func aPeerThatCannotBeTrustedIsAnOutage(peer: Peer) throws {
    let (scene, server) = try scene(peer)
    let online = try scene.place.run("check", "--online")
    #expect(online.status == 69)
    #expect(!online.description.contains("HTML"))
    let daemon = try scene.daemon()
    let failed = try daemon.event("rotation_failed", number: 2)
    #expect(failed["reason"] == "unreachable")
    let alert = try daemon.event("api_unavailable")
    print("\(peer.rawValue): \(alert["msg"] ?? "")")
    #expect(alert.priority <= 4)
    #expect(try scene.place.run("rotate", "jira-cloud").status == 69)
    try daemon.stop()
    withExtendedLifetime(server) {}
  }

  /// The same peer, only right: what is refused above is refused for the one thing that is wrong.
  @Test func aPeerThatIsRightIsSpokenTo() throws {
    let (scene, server) = try scene(nil)
    let online = try scene.place.run("check", "--online")
    #expect(online.status == 69)
    #expect(online.description.contains("HTML"), "\(online)")
    withExtendedLifetime(server) {}
  }

  private func scene(_ peer: Peer?) throws -> (Scene, TLSPeer) {
    let scene = try Scene(
      [Account(date: nil, settings: "expires_at = 2020-01-01")],
      tables: "[alert]\nafter = \"100ms\"")
    let server = try TLSPeer(peer, in: scene.place.root)
    try scene.place.dropIn(
      "30-tls",
      "[api]\nurl = \"https://127.0.0.1:\(server.port)\"\nca_file = \"\(server.trusted)\"")
    return (scene, server)
  }
}

/// `openssl s_server`, which answers a GET with a page about the session.
private final class TLSPeer {
  let port: UInt16
  /// The bundle that the daemon is to trust.
  let trusted: String
  private let process: ChildProcess

  deinit { process.signal(SIGKILL) }

  init(_ fault: HostileTLSTests.Peer?, in folder: String) throws {
    trusted = folder + "/ca.pem"
    try Self.openssl(Self.request(folder + "/ca", "/CN=test CA") + ["-x509", "-days", "2"])
    try Self.openssl(Self.request(folder + "/other", "/CN=other CA") + ["-x509", "-days", "2"])
    let peer = folder + "/peer"
    let name = fault == .anotherName ? "DNS:elsewhere.example" : "IP:127.0.0.1"
    if fault == .selfSigned {
      try Self.openssl(
        Self.request(peer, "/CN=peer")
          + ["-x509", "-days", "2", "-addext", "subjectAltName=\(name)"])
    } else {
      try Self.openssl(Self.request(peer, "/CN=peer", output: "csr"))
      let extensions = folder + "/extensions"
      try "subjectAltName=\(name)".write(toFile: extensions, atomically: true, encoding: .utf8)
      let issuer = folder + (fault == .untrusted ? "/other" : "/ca")
      let days = fault == .expired ? "-1" : "2"
      try Self.openssl(
        ["x509", "-req", "-in", peer + ".csr", "-CA", issuer + ".pem", "-CAkey", issuer + ".key"]
          + ["-CAcreateserial", "-days", days, "-extfile", extensions, "-out", peer + ".pem"])
    }
    process = try ChildProcess(
      "/usr/bin/openssl",
      ["s_server", "-www", "-accept", "127.0.0.1:0", "-cert", peer + ".pem"]
        + ["-key", peer + ".key"]
        + (fault == .tls11 ? ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"] : []))
    // It says "ACCEPT 127.0.0.1:PORT" once it listens.
    port = try process.output.wait(for: "the server's port") { lines, _ in
      lines.first { $0.hasPrefix("ACCEPT") }.flatMap { UInt16($0.split(separator: ":").last ?? "") }
    }
  }

  private static func request(
    _ name: String, _ subject: String, output: String = "pem"
  ) -> [String] {
    ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
      + ["-subj", subject, "-keyout", name + ".key", "-out", "\(name).\(output)"]
  }

  private static func openssl(_ arguments: [String]) throws {
    let result = try ChildProcess("/usr/bin/openssl", arguments).result()
    guard result.status == 0 else { throw Failure("openssl \(arguments): \(result)") }
  }
}
