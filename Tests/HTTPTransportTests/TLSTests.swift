import Foundation
import HTTPTransport
import Testing

@Suite(
  .timeLimit(.minutes(1)),
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")))
struct TLSTests {
  private let certificates: TestCertificates

  init() throws {
    certificates = try TestCertificates(for: ["right": "IP:127.0.0.1", "other": "DNS:dx.example"])
  }

  private func get(_ server: TLSServer, trusting caFile: String?) async throws
    -> Result<HTTPAnswer, HTTPFailure>
  {
    try await Client(caFile: caFile).send(.get("https://127.0.0.1:\(server.port)/"))
  }

  private func expectRefused(
    _ result: Result<HTTPAnswer, HTTPFailure>, saying text: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard let failure = result.failure, case .tls = failure.reason else {
      Issue.record("\(result)", sourceLocation: sourceLocation)
      return
    }
    #expect(failure.description.contains(text), sourceLocation: sourceLocation)
    #expect(!failure.requestMayHaveArrived, sourceLocation: sourceLocation)
  }

  @Test func `A private CA is trusted when ca_file names it`() async throws {
    let server = try TLSServer(certificates, name: "right")
    let answer = try await get(server, trusting: certificates.caFile).get()
    #expect(answer.status == 200)
  }

  @Test func `A private CA is not trusted by itself`() async throws {
    let server = try TLSServer(certificates, name: "right")
    expectRefused(try await get(server, trusting: nil), saying: "certificate")
  }

  @Test func `Another CA in ca_file does not help`() async throws {
    let server = try TLSServer(certificates, name: "right")
    let others = try TestCertificates(for: [:])
    expectRefused(try await get(server, trusting: others.caFile), saying: "certificate")
  }

  @Test func `A ca_file that is missing trusts nothing and is named`() async throws {
    let server = try TLSServer(certificates, name: "right")
    let path = certificates.directory.appending(path: "missing.pem").path
    expectRefused(try await get(server, trusting: path), saying: "missing.pem")
  }

  @Test func `A self-signed certificate is refused`() async throws {
    let server = try TLSServer(certificates, name: "ca")
    expectRefused(try await get(server, trusting: nil), saying: "self-signed")
  }

  @Test func `A certificate for another name is refused`() async throws {
    let server = try TLSServer(certificates, name: "other")
    expectRefused(try await get(server, trusting: certificates.caFile), saying: "127.0.0.1")
  }

  @Test func `TLS before 1_2 is refused`() async throws {
    let server = try TLSServer(
      certificates, name: "right", options: ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"])
    expectRefused(try await get(server, trusting: certificates.caFile), saying: "version")
  }

  @Test func `A server that resets within the handshake is a failed connection`() async throws {
    let server = try LoopbackServer { $0.reset() }
    let failure = try #require(
      await Client().send(.get("https://127.0.0.1:\(server.port)/")).failure)
    #expect(!failure.requestMayHaveArrived)
  }

  @Test(arguments: ["-tls1_2", "-tls1_3"])
  func `A new connection resumes the session of an earlier one`(version: String) async throws {
    // The server closes after each answer, so that each request has a connection of its own.
    let server = try TLSServer(certificates, name: "right", options: [version])
    let client = try Client(caFile: certificates.caFile)
    let request = HTTPRequest.get("https://127.0.0.1:\(server.port)/")
    #expect(await client.send(request).text?.contains("New, TLSv") == true)
    // Two at once, so that one of them has a fresh handle. A ticket of TLS 1.3 serves once, and the second may still
    // be on its way when the first connection ends: one that is resumed proves that the session was kept.
    let texts = await client.sendAll([request, request]).map(\.text)
    #expect(texts.contains { $0?.contains("Reused, TLSv") == true })
  }

  @Test func `A new configuration forgets sessions made under the trust of the old`() async throws {
    let server = try TLSServer(certificates, name: "right")
    let client = try Client(caFile: certificates.caFile)
    let request = HTTPRequest.get("https://127.0.0.1:\(server.port)/")
    #expect(await client.send(request).answer?.status == 200)
    let others = try TestCertificates(for: [:])
    client.queue.sync {
      client.transport.reconfigure(
        HTTPTransportConfiguration(caFile: others.caFile, userAgent: "test/1"))
    }
    expectRefused(await client.send(request), saying: "certificate")
  }
}
