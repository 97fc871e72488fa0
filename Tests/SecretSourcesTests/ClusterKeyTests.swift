import RotationEngine
import SecretMemory
import Testing

@testable import SecretSources

@Suite("The key of a cluster's fingerprints")
struct ClusterKeyTests {
  private func bytes(of key: FingerprintKey) -> [UInt8] { key.bytes.withUnsafeBytes { Array($0) } }

  private func hexadecimal(_ key: FingerprintKey) -> String {
    bytes(of: key).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  @Test("It is HMAC-SHA-256, keyed with the text, over a label behind its length")
  func knownAnswer() throws {
    // Computed with Python's hmac.
    let key = try FingerprintKey(text: secret("0123456789abcdef0123456789abcdef"))
    #expect(
      hexadecimal(key) == "28af777d55a9fc1a6576fac8606d1a95ac5cc4cf40bba15be744e8c5c891f916")
  }

  @Test("A key that was exported is that key again, wherever it was made")
  func exported() throws {
    let drawn = try #require(FingerprintKey.generate())
    let made = try FingerprintKey(text: secret("a text of thirty-two bytes or more"))
    for key in [drawn, made] {
      #expect(bytes(of: try FingerprintKey(text: key.exported)) == bytes(of: key))
    }
    let text = String(repeating: "Ab", count: 32)
    #expect(
      hexadecimal(try FingerprintKey(text: secret("dx-rotated-fingerprint-key-1:" + text)))
        == text.lowercased())
  }

  @Test("A short text, or a part of an exported key, is refused without being shown")
  func refused() throws {
    let scratch = try Scratch()
    let reader = SourceReader(
      environment: ProcessEnvironment(), credentialsDirectory: nil, readsEnvironment: true)
    let texts = [
      "0123456789abcdef0123456789abcde", "dx-rotated-fingerprint-key-1:00",
      "dx-rotated-fingerprint-key-1:" + String(repeating: "0g", count: 32),
    ]
    let says = [
      "has 31 bytes; it must have 32 or more, all random: openssl rand -base64 48",
      "begins as an exported key does, without the 64 hexadecimal digits of one",
      "begins as an exported key does, without the 64 hexadecimal digits of one",
    ]
    for (text, says) in zip(texts, says) {
      let path = try scratch.write(text + "\n", to: "key")
      guard case .failure(let failure) = reader.clusterKey(Source(.file(path: path))) else {
        Issue.record("a key was made of \(text)")
        continue
      }
      #expect(failure == SourceFailure(.malformed, "file \(path): \(says)"))
    }
  }

  @Test("One newline at the end is no part of the text")
  func newline() throws {
    let scratch = try Scratch()
    let reader = SourceReader(
      environment: ProcessEnvironment(), credentialsDirectory: nil, readsEnvironment: true)
    let text = "0123456789abcdef0123456789abcdef"
    let path = try scratch.write(text + "\n", to: "key")
    let read = try reader.clusterKey(Source(.file(path: path))).get()
    #expect(bytes(of: read.key) == bytes(of: try FingerprintKey(text: secret(text))))
  }
}
