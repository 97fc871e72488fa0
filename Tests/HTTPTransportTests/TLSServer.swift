import Foundation

/// Keys and certificates made for one test, in a directory of their own.
final class TestCertificates: Sendable {
  let directory: URL
  var caFile: String { path("ca.pem") }

  /// A private CA, and a certificate of it for each of these names (DNS or an address).
  init(for names: [String: String]) throws {
    directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try make("ca", ["-subj", "/CN=test-ca"])
    for (file, name) in names {
      try make(
        file,
        ["-subj", "/CN=test", "-addext", "subjectAltName=\(name)"]
          + ["-addext", "basicConstraints=critical,CA:FALSE"]
          + ["-CA", path("ca.pem"), "-CAkey", path("ca.key")])
    }
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  func path(_ file: String) -> String { directory.appending(path: file).path }

  private func make(_ file: String, _ options: [String]) throws {
    let command =
      ["/usr/bin/openssl", "req", "-x509", "-days", "2", "-nodes"]
      + ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
      + ["-keyout", path("\(file).key"), "-out", path("\(file).pem")] + options
    guard try ChildProcess(command).wait() else { throw ChildProcess.Failed(command: command) }
  }
}

/// `openssl s_server` on a port of its own; it answers every GET with a page about the session.
final class TLSServer: Sendable {
  let port: Int
  private let process: ChildProcess

  /// Serves with `NAME.pem` and `NAME.key`.
  init(_ certificates: TestCertificates, name: String, options: [String] = []) throws {
    let command =
      ["/usr/bin/openssl", "s_server", "-www", "-accept", "127.0.0.1:0"]
      + ["-cert", certificates.path("\(name).pem"), "-key", certificates.path("\(name).key")]
      + options
    process = try ChildProcess(command)
    // It says "ACCEPT 127.0.0.1:PORT" once it listens.
    guard let line = process.line(beginning: "ACCEPT"),
      let port = line.split(separator: ":").last.flatMap({ Int($0) })
    else {
      process.terminate()
      throw ChildProcess.Failed(command: command)
    }
    self.port = port
  }

  deinit { process.terminate() }
}
