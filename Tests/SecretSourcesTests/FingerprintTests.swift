import RotationEngine
import SecretMemory
import Testing

@testable import SecretSources

@Suite("Fingerprints")
struct FingerprintTests {
  private func fingerprint(
    _ secrets: [(String, String)], key: UInt8 = 7,
    of domain: FingerprintKey.Domain = .credential
  ) throws -> Fingerprint {
    try makeKey(key).fingerprint(of: domain, secrets.map { (key: $0.0, value: secret($0.1)) })
  }

  @Test("It is HMAC-SHA-256 over the documented encoding")
  func knownAnswer() throws {
    // Computed with Python's hmac over the label, the number of pairs, and each part behind its length.
    let expected = "14d4de92de21bf6e877d821d022d7a8f8ca0396608bb295a675f909cdd14b386"
    let bytes = try fingerprint([("b", "two"), ("a", "1")]).bytes
    #expect(
      bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() == expected)
  }

  @Test("The order of the settings does not matter; everything else does")
  func differences() throws {
    let one = try fingerprint([("a", "1"), ("b", "2")])
    #expect(try fingerprint([("b", "2"), ("a", "1")]) == one)
    let others = [
      try fingerprint([("a", "2"), ("b", "1")]), try fingerprint([("a", "1")]),
      try fingerprint([("a", "1b2")]), try fingerprint([("a", "1"), ("b2", "")]),
      try fingerprint([("a1", ""), ("b", "2")]), try fingerprint([("a", "1"), ("b", "2")], key: 8),
      try fingerprint([("a", "1"), ("b", "2")], of: .apiKey),
    ]
    #expect(Set(others + [one]).count == others.count + 1)
  }

  @Test("A key has 32 bytes, and is drawn anew each time")
  func keys() throws {
    #expect(FingerprintKey(bytes: SecretBytes(copying: [UInt8](repeating: 0, count: 31))) == nil)
    let first = try #require(FingerprintKey.generate())
    let second = try #require(FingerprintKey.generate())
    #expect(first.bytes.count == 32)
    let same = first.bytes.withUnsafeBytes { left in
      second.bytes.withUnsafeBytes { left.elementsEqual($0) }
    }
    #expect(!same)
  }
}
