import Foundation
import SecretMemory
import Testing

@testable import DXClient

@Suite struct RedactionTests {
  private func clean(_ text: String, of secrets: String..., limit: Int = 2000) -> String {
    Redaction(of: secrets.map { SecretBytes(copying: $0.utf8) }).clean(text, limit: limit)
  }

  /// A secret in which everything may have to be escaped somewhere.
  private static let secret = "s3cr\"et/\\+é😀 \n%<x>"

  @Test(arguments: [
    secret,
    #"s3cr\"et/\\+é😀 \n%<x>"#,
    #"s3cr\"et\/\\+\u00e9\uD83D\uDE00 \u000a%\u003cx\u003E"#,
    // JSON within JSON, as DX quotes a connector.
    #"s3cr\\\"et/\\\\+é😀 \\n%<x>"#,
    "s3cr%22et%2F%5C%2B%C3%A9%F0%9F%98%80%20%0A%25%3Cx%3E",
    "s3cr%22et%2f%5c%2b%c3%a9%f0%9f%98%80%20%0a%25%3cx%3e",
    "s3cr%22et/%5C%2Bé😀+%0A%25<x>",
    "s3cr%2522et%252F%255C%252B%25C3%25A9%25F0%259F%2598%2580%2520%250A%2525%253Cx%253E",
    #"s3cr%22et%2F%5C%2B\u00e9😀%20\n%25<x>"#,
    "s3cr&quot;et/\\+é😀 \n%&lt;x&gt;", "S3CR\"ET/\\+é😀 \n%<X>",
    "s3cr&#34;et&#x2F;&#92;+&#233;&#x1F600; \n%&lt;x&gt;",
    Data(secret.utf8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(),
    Data(secret.utf8).base64EncodedString(),
    Data(secret.utf8).base64EncodedString().replacing("=", with: ""),
    Data(secret.utf8).base64EncodedString().replacing("/", with: "_").replacing("+", with: "-"),
    Data(secret.utf8).base64EncodedString().replacing("/", with: #"\/"#),
    Data(secret.utf8).base64EncodedString().replacing("/", with: "%2F")
      .replacing("+", with: "%2B").replacing("=", with: "%3D"),
  ])
  func aSecretIsFoundHoweverItIsWritten(written: String) {
    let cleaned = clean("Refused: (\(written)), sorry", of: Self.secret)
    #expect(
      ["", "=", "==", "%3D", "%3D%3D"].contains { cleaned == "Refused: ([redacted]\($0)), sorry" },
      "\(cleaned)")
  }

  @Test(arguments: ["", "a:", "me:", "you:", "someone@example.com:"], ["", "!", "??", "\n"])
  func aSecretIsFoundWithinLongerBase64(before: String, after: String) {
    for secret in ["abcd", "T0ken", "a-longer-secret?>~"] {
      let encoded = Data((before + secret + after).utf8).base64EncodedString()
      for prefix in ["", "Basic ", "key/", "x_", "=", "abc-"] {
        let cleaned = clean("\(prefix)\(encoded)", of: secret)
        #expect(cleaned.contains(Redaction.mark), "\(prefix)\(encoded)")
        #expect(!cleaned.contains(encoded.prefix(4)))
      }
    }
  }

  @Test(arguments: [
    ("abcd", "x abcd y", "x [redacted] y"), ("abc", "x abc y", "x abc y"),
    ("abcd", "abcdabcd", "[redacted]"), ("abcd", "abc abd ABCD", "abc abd ABCD"),
    ("abcd", "x 61626364 y", "x [redacted] y"), ("abcd", "f616263640", "f[redacted]0"),
    ("pass-word", "at PASS-Word", "at [redacted]"), ("abcd", "&#97;&bcd", "&#97;&bcd"),
    ("aab1", "aaab1", "a[redacted]"), ("abcd", "", ""), ("", "text", "text"),
    ("  abcd\n", "x abcd y", "x [redacted] y"), (" ab \n", "x ab y", "x ab y"),
    ("é€é", "xé€éy", "x[redacted]y"), ("a\u{301}bcd", "á a\u{301}bcd", "á [redacted]"),
    (#"C:\new"#, #"at C:\new"#, "at [redacted]"), ("100%41", "at 100%41", "at [redacted]"),
    ("line one\nline two", "line one\nline two", "[redacted]"),
  ])
  func valuesOfFourBytesOrMoreGo(secret: String, text: String, expected: String) {
    #expect(clean(text, of: secret) == expected)
  }

  @Test(arguments: [
    ("token 0123456789", "token [redacted]"), ("token 01234567", "token [redacted]"),
    ("token 0123456", "token 0123456"), ("01234567... is", "[redacted]... is"),
    ("01234567… is", "[redacted]… is"), ("012345678*** is", "[redacted]*** is"),
    ("01234567. is", "01234567. is"), ("01234567 is", "01234567 is"),
    ("token MDEyMzQ1Njc4", "token [redacted]"), ("token %301234567", "token [redacted]"),
  ])
  func aSecretThatWasCutOffGoes(text: String, expected: String) {
    #expect(clean(text, of: "0123456789abcdef") == expected)
  }

  @Test func everySecretGoes() {
    #expect(
      clean("one-one two-two one-one", of: "one-one", "two-two")
        == "[redacted] [redacted] [redacted]")
    #expect(clean("<inner-outer>", of: "inner", "inner-outer", "er-ou") == "<[redacted]>")
    #expect(clean("<abcdefgh>", of: "abcdef", "defgh") == "<[redacted]>")
  }

  @Test func secretsGoBeforeTheCut() {
    let secret = "0123456789"
    for length in 0...30 {
      let cleaned = clean(
        String(repeating: "x", count: length) + secret + "y", of: secret, limit: 20)
      #expect(!cleaned.contains("0"), "\(cleaned)")
      #expect(cleaned.count <= 21)
    }
  }

  @Test func aTextOfAnyLengthIsCut() {
    let secret = String(repeating: "s", count: 1000)
    #expect(clean(String(repeating: "x", count: 20), of: secret, limit: 20).count == 20)
    #expect(clean(String(repeating: "x", count: 21), of: secret, limit: 20).hasSuffix("x…"))
    #expect(clean(String(repeating: secret + " ", count: 1000), of: secret).count <= 2001)
    #expect(!clean(String(repeating: secret + " ", count: 1000), of: secret).contains("s"))
  }

  @Test func controlCharactersGo() {
    #expect(
      clean("a\r\nb\tc\u{0}\u{1B}[31m\u{9B}\u{7F}\u{202E}d\u{2028}e")
        == "a  b c\u{FFFD}\u{FFFD}[31m\u{FFFD}\u{FFFD}\u{FFFD}d e")
  }

  @Test func ordinaryTextStays() {
    let text =
      #"Jira says 401: "Basic authentication with passwords is deprecated" (50% off, C:\Users\né)"#
    #expect(clean(text, of: "ATATT3xFfGF0abcdefgh", "key-1234") == text)
  }
}
