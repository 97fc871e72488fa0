import Foundation

/// A private CA, a certificate of it for members on the loopback, and one for their clients.
package final class EtcdCertificates: Sendable {
  /// The CA's certificate.
  package let ca: String
  /// The client's certificate.
  package let clientCertificate: String
  /// The client's key.
  package let clientKey: String
  private let directory: String

  /// Makes them, in a directory of their own.
  package init() throws {
    directory = try Leftovers.directory("certificates")
    ca = "\(directory)/ca.pem"
    clientCertificate = "\(directory)/client.pem"
    clientKey = "\(directory)/client.key"
    try make("ca", ["-subj", "/CN=test-ca"])
    // The gateway is a client of its own member, with the member's certificate: it must be good for both.
    try make("member", ["-subj", "/CN=member", "-addext", "subjectAltName=IP:127.0.0.1"] + signed)
    try make("client", ["-subj", "/CN=client"] + signed)
  }

  deinit { Leftovers.remove(directory) }

  /// What has members serve only clients that show a certificate of the CA.
  package var options: [String] {
    [
      "--cert-file", "\(directory)/member.pem", "--key-file", "\(directory)/member.key",
      "--client-cert-auth", "--trusted-ca-file", ca,
    ]
  }

  private var signed: [String] {
    [
      "-addext", "basicConstraints=critical,CA:FALSE", "-addext",
      "extendedKeyUsage=serverAuth,clientAuth", "-CA", ca, "-CAkey", "\(directory)/ca.key",
    ]
  }

  private func make(_ name: String, _ options: [String]) throws {
    let command = [
      "openssl", "req", "-x509", "-days", "2", "-nodes", "-newkey", "ec", "-pkeyopt",
      "ec_paramgen_curve:P-256", "-keyout", "\(directory)/\(name).key", "-out",
      "\(directory)/\(name).pem",
    ]
    try EtcdProcess.run(command + options, log: "\(directory)/log")
  }
}
