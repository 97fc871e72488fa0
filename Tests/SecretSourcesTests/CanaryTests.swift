import Foundation
import RotationEngine
import SecretMemory
import Testing

@testable import SecretSources

@Suite("No value shows")
struct CanaryTests {
  private static let canary = "canary-7f3a9"

  /// Everything Swift can be made to say of a value without asking for its bytes.
  private func everythingSaid<Value>(of value: Value) -> String {
    var dumped = ""
    dump(value, to: &dumped)
    return "\(value) \(String(reflecting: value)) \(dumped)"
  }

  @Test("Neither in results nor in what they are made of")
  func results() throws {
    let reader = makeReader(["KEY": " " + Self.canary])
    let source = Source(.environment(name: "KEY"))
    let key = try #require(
      FingerprintKey(bytes: SecretBytes(copying: Self.canary.utf8 + Array(repeating: 0, count: 20)))
    )
    let said = [
      everythingSaid(of: reader), everythingSaid(of: key),
      everythingSaid(of: reader.values(of: makeCredential(["k": source]), keyedBy: key)),
      everythingSaid(of: reader.apiKey(source, expiration: nil, keyedBy: key)),
      everythingSaid(of: reader.text(of: source)),
    ]
    for text in said { #expect(!text.contains(Self.canary)) }
    #expect(said.joined().contains("begins with white space"))
  }

  @Test(
    "Nor in failures",
    arguments: [
      ("canary-7f3a9\nX", nil), ("canary-7f3a9", "/a"), (#"{"canary-7f3a9":1}"#, "/a"),
      (#"{"a":"canary-7f3a9"#, "/a"), (#"["canary-7f3a9"]"#, "/a"), ("\0canary-7f3a9", nil),
    ] as [(String, String?)])
  func failures(value: String, pointer: String?) throws {
    let reader = makeReader(["KEY": value])
    let source = Source(.environment(name: "KEY"), pointer: pointer)
    let failure = try #require(refusal(of: reader.text(of: source)))
    #expect(!everythingSaid(of: failure).contains(Self.canary))
  }

  @Test("Nor where a date, a token or a certificate was meant", arguments: ["date", "jwt", "x509"])
  func expirations(kind: String) throws {
    let source = Source(.environment(name: "KEY"))
    let expiration: Policy.Expiration =
      switch kind {
      case "date": .source(source)
      case "jwt": .jwt(secret: "k")
      default: .x509(secret: "k")
      }
    let credential = makeCredential(["k": source], expiration: expiration)
    let result = makeReader(["KEY": Self.canary]).values(of: credential, keyedBy: try makeKey())
    #expect(refusal(of: result)?.kind == .malformed)
    #expect(!everythingSaid(of: result).contains(Self.canary))
  }
}
