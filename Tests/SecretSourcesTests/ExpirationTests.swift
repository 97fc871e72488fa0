import Foundation
import RotationEngine
import SecretMemory
import Testing

@testable import SecretSources

@Suite("The expiration that comes with a value")
struct ExpirationTests {
  private static func token(_ payload: String) -> String {
    let encoded = Data(payload.utf8).base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    return "eyJhbGciOiJSUzI1NiJ9.\(encoded).c2lnbmF0dXJl"
  }

  @Test(
    "exp of a JSON Web Token",
    arguments: [
      (#"{"exp":1767225600}"#, 1_767_225_600_000),
      (#"{"exp":1767225600.5,"a":1}"#, 1_767_225_600_500),
      (#"{"iss":"x","exp":1.7672256e9}"#, 1_767_225_600_000), (#"{"exp":0}"#, 0),
      (#"{"iss":"x"}"#, nil), (#"{"nested":{"exp":1}}"#, nil), ("{}", nil),
    ] as [(String, Int64?)])
  func expirationOfToken(payload: String, milliseconds: Int64?) throws {
    let expiration = try JSONWebToken.expiration(of: secret(Self.token(payload)))
    #expect(expiration?.millisecondsSinceEpoch == milliseconds)
  }

  @Test(
    "What is not a JSON Web Token, or has no usable exp",
    arguments: [
      "plain-api-token", "a.b", "..", "a.b.c.d.e", "eyJhbGciOiJSUzI1NiJ9.e30=.x",
      "eyJhbGciOiJSUzI1NiJ9.!!.x", token("[1]"), token("not json"), token(#"{"exp":"soon"}"#),
      token(#"{"exp":null}"#), token(#"{"exp":1767225600000000}"#), token(#"{"exp":-1}"#),
      token(#"{"exp":1,"exp":2}"#),
    ])
  func notAToken(text: String) {
    let failure = #expect(throws: SourceFailure.self) {
      try JSONWebToken.expiration(of: secret(text))
    }
    #expect(failure?.kind == .malformed)
    #expect(failure?.message.contains("JSON Web Token") == true)
  }

  private static func openssl(_ arguments: String...) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  /// A key with its certificate, and the notAfter that openssl(1) prints of it.
  private static func certificate(
    days: Int, in scratch: Scratch
  ) throws -> (key: String, certificate: String, notAfter: WallTime?) {
    let (key, certificate) = (scratch.path("key"), scratch.path("certificate"))
    _ = try openssl(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
      "/CN=test", "-days", "\(days)", "-keyout", key, "-out", certificate)
    let end = try openssl(
      "x509", "-noout", "-enddate", "-dateopt", "iso_8601", "-in", certificate)
    return (
      try String(contentsOfFile: key, encoding: .utf8),
      try String(contentsOfFile: certificate, encoding: .utf8),
      WallTime(dateText: String(end.dropFirst("notAfter=".count)))
    )
  }

  @Test("The earliest notAfter of all certificates, the key beside them")
  func certificates() throws {
    let scratch = try Scratch()
    let late = try Self.certificate(days: 300, in: scratch)
    let early = try Self.certificate(days: 20, in: scratch)
    let expected = try #require(early.notAfter)
    #expect(try #require(late.notAfter) > expected)
    for pem in [
      early.certificate, early.key + early.certificate, late.certificate + early.certificate,
      early.certificate + late.certificate, "a comment\n" + early.certificate + late.key,
      early.certificate.replacing("\n", with: "\r\n"),
    ] {
      #expect(try Certificates.earliestExpiration(in: secret(pem)) == expected)
    }
    for pem in ["", "no certificate", early.key, String(early.certificate.dropLast(100))] {
      let failure = #expect(throws: SourceFailure.self) {
        try Certificates.earliestExpiration(in: secret(pem))
      }
      #expect(failure?.kind == .malformed)
    }
  }

  @Test("Each kind of expiration is taken in the pass that reads the values")
  func inOnePass() throws {
    let scratch = try Scratch()
    let certificate = try Self.certificate(days: 20, in: scratch)
    let token = Source(.file(path: try scratch.write(Self.token(#"{"exp":60}"#), to: "jwt")))
    let date = Source(.file(path: try scratch.write("1970-01-02\n", to: "date")))
    let pem = Source(.file(path: scratch.path("certificate")))
    let minute = WallTime(millisecondsSinceEpoch: 60_000)
    let cases: [(Policy.Expiration, WallTime?)] = [
      (.dx, nil), (.fixed(minute), nil), (.jwt(secret: "token"), minute),
      (.x509(secret: "pem"), certificate.notAfter),
      (.source(date), WallTime(millisecondsSinceEpoch: 86_400_000)),
    ]
    for (expiration, expected) in cases {
      let credential = makeCredential(["token": token, "pem": pem], expiration: expiration)
      let read = try makeReader().values(of: credential, keyedBy: makeKey()).get()
      #expect(read.reading.expiration == expected)
      #expect(read.secrets.map(\.key) == ["pem", "token"])
    }
    let wrong: [(Policy.Expiration, String)] = [
      (.source(token), "\(token): is not a date"),
      (.jwt(secret: "pem"), "\(pem): is not a JSON Web Token"),
      (.x509(secret: "token"), "\(token): holds no certificate"),
    ]
    for (expiration, message) in wrong {
      let credential = makeCredential(["token": token, "pem": pem], expiration: expiration)
      let failure = refusal(of: makeReader().values(of: credential, keyedBy: try makeKey()))
      #expect(failure?.kind == .malformed)
      #expect(failure?.message.hasPrefix(message) == true)
    }
  }
}
