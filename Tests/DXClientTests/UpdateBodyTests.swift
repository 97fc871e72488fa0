import SecretMemory
import Testing

@testable import DXClient

@Suite struct UpdateBodyTests {
  private func body(_ key: String, _ value: [UInt8], date: String? = nil) throws -> String {
    let body = try SecretBytes(
      updateOf: 1, secrets: [(key, SecretBytes(copying: value))], expirationDate: date)
    return body.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [
    ("plain", "plain"), (#"a"b"#, #"a\"b"#), (#"a\b"#, #"a\\b"#), ("a/b", "a/b"),
    ("\u{0}\u{1F}", #"\u0000\u001f"#), ("\t\r\n\u{8}\u{C}", #"\u0009\u000d\u000a\u0008\u000c"#),
    ("\u{7F}é€😀\u{2028}", "\u{7F}é€😀\u{2028}"),
  ])
  func onlyWhatMustBeIsEscaped(text: String, escaped: String) throws {
    #expect(
      try body(text, Array(text.utf8)) == #"{"id":1,"secrets":{"\#(escaped)":"\#(escaped)"}}"#)
  }

  @Test(arguments: [[0xFF], [0x61, 0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80]] as [[UInt8]])
  func bytesThatAreNoTextAreRefused(value: [UInt8]) {
    #expect(throws: UnsendableUpdate.notUTF8(key: "key")) { try body("key", value) }
  }

  @Test func emptinessIsRefused() {
    #expect(throws: UnsendableUpdate.emptyValue(key: "key")) { try body("key", []) }
    #expect(throws: UnsendableUpdate.noSecrets) {
      try SecretBytes(updateOf: 1, secrets: [], expirationDate: "2027-01-01")
    }
  }

  @Test func aLargeValueFits() throws {
    let value = [UInt8](repeating: UInt8(ascii: "\n"), count: 65_536)
    #expect(
      try body("k", value).utf8.count == #"{"id":1,"secrets":{"k":""}}"#.utf8.count + 6 * 65_536)
  }
}
