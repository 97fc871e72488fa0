import Foundation

/// TLS before a simulator, right or wrong in one thing.
final class TLSPeer {
  /// What is wrong.
  enum Fault: String, CaseIterable {
    case anotherName = "wrong-name"
    case expired
    case selfSigned = "self-signed"
    case untrusted
    case tls11 = "tls-1.1"
  }

  let port: UInt16
  private let process: ChildProcess

  /// Starts one on a port, 0 for any, and waits until it listens.
  init(
    _ fault: Fault?, _ authority: TestAuthority, before simulator: Simulator, port: UInt16 = 0
  ) throws {
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../peers/tls-front.py").standardized.path
    let certificate = try authority.certificate(fault)
    process = try ChildProcess(
      "/usr/bin/env",
      ["python3", script, String(port), String(simulator.port), certificate + ".pem"]
        + [certificate + ".key"] + (fault == .tls11 ? ["TLSv1_1", "TLSv1_1"] : []))
    self.port = try process.output.wait(for: "the port of TLS") { lines, _ in
      lines.first.flatMap { UInt16($0) }
    }
  }

  deinit { process.signal(SIGKILL) }

  /// Ends it: nobody listens there any more.
  func stop() throws {
    process.signal(SIGKILL)
    _ = try process.wait()
  }
}

/// An authority of a test's own, the one that its daemon trusts, and another that it does not.
struct TestAuthority {
  /// The bundle to trust.
  let trusted: String
  private let folder: String

  init(in folder: String) throws {
    self.folder = folder
    trusted = folder + "/ca.pem"
    for name in ["ca", "other"] {
      try Self.openssl(Self.request(folder + "/" + name, "/CN=test \(name)") + Self.selfSigned)
    }
  }

  /// Makes a certificate and its key, and says where: the path without `.pem` and `.key`.
  func certificate(_ fault: TLSPeer.Fault?) throws -> String {
    let peer = folder + "/peer-" + (fault?.rawValue ?? "right")
    let name =
      "subjectAltName="
      + (fault == .anotherName ? "DNS:elsewhere.example" : "IP:127.0.0.1")
    guard fault != .selfSigned else {
      try Self.openssl(Self.request(peer, "/CN=peer") + Self.selfSigned + ["-addext", name])
      return peer
    }
    try Self.openssl(Self.request(peer, "/CN=peer", output: "csr"))
    let extensions = peer + ".extensions"
    try name.write(toFile: extensions, atomically: true, encoding: .utf8)
    let issuer = folder + (fault == .untrusted ? "/other" : "/ca")
    try Self.openssl(
      ["x509", "-req", "-in", peer + ".csr", "-CA", issuer + ".pem", "-CAkey", issuer + ".key"]
        + ["-CAcreateserial", "-days", fault == .expired ? "-1" : "2", "-extfile", extensions]
        + ["-out", peer + ".pem"])
    return peer
  }

  private static let selfSigned = ["-x509", "-days", "2"]

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
