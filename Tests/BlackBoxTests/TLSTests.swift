import Foundation
import Testing

/// The peer is always verified (contract, section 3).
@Suite(.limited) struct TLSTests {
  private static let openssl = "/usr/bin/openssl"
  static let hasOpenSSL = FileManager.default.isExecutableFile(atPath: openssl)

  /// `openssl s_server` with a certificate of its own for a name, in a folder.
  private final class Server {
    let certificate: String
    let port: UInt16
    private let process: ChildProcess

    init(in folder: String, name: String, options: [String] = []) throws {
      certificate = folder + "/certificate.pem"
      let made = try ChildProcess(
        openssl,
        ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder + "/key.pem"]
          + ["-out", certificate, "-days", "2", "-subj", "/CN=test"]
          + ["-addext", "subjectAltName=\(name)"]
      ).result()
      guard made.status == 0 else { throw Failure("\(made)") }
      process = try ChildProcess(
        openssl,
        ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", folder + "/key.pem"]
          + ["-www"] + options)
      port = try process.output.wait(for: "openssl's port") { lines, _ in
        lines.first { $0.hasPrefix("ACCEPT") }
          .flatMap { UInt16($0.split(separator: ":").last ?? "") }
      }
    }

    deinit { process.signal(SIGKILL) }
  }

  @Test(
    .enabled(if: hasOpenSSL, "there is no openssl here"),
    arguments: [
      ("IP:127.0.0.1", false, false), ("DNS:acme.getdx.net", true, false),
      ("IP:127.0.0.1", true, true),
    ])
  func aCertificateHasToFit(name: String, isTrusted: Bool, fits: Bool) throws {
    let scene = try Scene([Account(settings: "first_seen = \"push\"")])
    let server = try Server(in: scene.place.root, name: name)
    try scene.place.dropIn(
      "90-tls",
      "[api]\nurl = \"https://127.0.0.1:\(server.port)\"\n"
        + (isTrusted ? "ca_file = \"\(server.certificate)\"\n" : ""))
    let daemon = try scene.daemon()
    // The server speaks TLS only, so that even one whose certificate fits is not DX.
    let failed = try daemon.event("rotation_failed", ["reason": "unreachable"])
    let error = try #require(failed["error"])
    #expect(error.lowercased().contains("certificate") == !fits, "\(error)")
    try daemon.stop()
  }

  @Test(.enabled(if: hasOpenSSL, "there is no openssl here"))
  func anOldProtocolIsRefused() throws {
    let scene = try Scene([Account(settings: "first_seen = \"push\"")])
    let server = try Server(
      in: scene.place.root, name: "IP:127.0.0.1",
      options: ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
    try scene.place.dropIn(
      "90-tls",
      "[api]\nurl = \"https://127.0.0.1:\(server.port)\"\nca_file = \"\(server.certificate)\"\n")
    let daemon = try scene.daemon()
    let failed = try daemon.event("rotation_failed", ["reason": "unreachable"])
    #expect(failed["http_status"] == nil)
    try daemon.stop()
  }
}
