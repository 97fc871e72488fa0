import RotationEngine
import SecretMemory
import Testing

@testable import SecretSources

@Suite("The text of a source")
struct TextTests {
  @Test(
    "One newline at the end goes; other white space stays and is warned of",
    arguments: [
      ("value", "value", nil), ("value\n", "value", nil), ("value\r\n", "value", nil),
      ("two\nlines\n", "two\nlines", nil), ("value\n\n", "value\n", "ends with"),
      ("value \n", "value ", "ends with"), (" value", " value", "begins with white space"),
      ("value\r", "value\r", "ends with"),
      ("\u{FEFF}value", "\u{FEFF}value", "begins with a byte order mark"),
    ] as [(String, String, String?)])
  func text(file: String, value: String, warning: String?) throws {
    let scratch = try Scratch()
    let source = Source(.file(path: try scratch.write(file, to: "token")))
    let read = try makeReader().values(
      of: makeCredential(["token": source]), keyedBy: makeKey()
    ).get()
    #expect(read.secrets.map { SecretSourcesTests.text($0.value) } == [value])
    #expect(read.warnings.count == (warning == nil ? 0 : 1))
    if let warning {
      #expect(read.warnings.first?.hasPrefix("\(source): \(warning)") == true)
    }
  }

  @Test("The largest source is 64 KiB")
  func largest() throws {
    let scratch = try Scratch()
    let bytes = [UInt8](repeating: 0x61, count: 65536)
    let source = Source(.file(path: try scratch.write(bytes, to: "token")))
    let read = try makeReader().values(
      of: makeCredential(["token": source]), keyedBy: makeKey()
    ).get()
    #expect(read.secrets.first?.value.count == 65536)
  }

  @Test("Every kind of source, with and without a pointer")
  func origins() throws {
    let scratch = try Scratch()
    let json = #"{"auth":{"token":"from json"}}"#
    try scratch.write(json, to: "json")
    try scratch.write("A=from file\nJ='\(json)'\n", to: "env")
    let reader = makeReader(["A": "from environment", "J": json], credentials: scratch.path)
    let path = scratch.path("env")
    let pointer = "/auth/token"
    let sources: [(Source, String)] = [
      (Source(.file(path: scratch.path("json")), pointer: pointer), "from json"),
      (Source(.environment(name: "A")), "from environment"),
      (Source(.environment(name: "J"), pointer: pointer), "from json"),
      (Source(.environmentFile(path: path, key: "A")), "from file"),
      (Source(.environmentFile(path: path, key: "J"), pointer: pointer), "from json"),
      (Source(.credential(name: "json"), pointer: pointer), "from json"),
    ]
    for (source, expected) in sources {
      #expect(SecretSourcesTests.text(try reader.text(of: source).get().text) == expected)
    }
  }

  @Test("What goes into a header is a single line", arguments: ["a\nb", "a\u{7F}", "a\tb", "a\r"])
  func headers(value: String) throws {
    let source = Source(.environment(name: "KEY"))
    let reader = makeReader(["KEY": value])
    let key = refusal(of: reader.apiKey(source, expiration: nil, keyedBy: try makeKey()))
    #expect(key?.kind == .malformed)
    #expect(key?.message.hasPrefix("environment variable KEY: ") == true)
    #expect(refusal(of: reader.text(of: source))?.kind == .malformed)
  }

  @Test("The API key comes with its date")
  func apiKey() throws {
    let reader = makeReader(["KEY": "key\n", "DATE": "1970-01-02", "BAD": "key"])
    let source = Source(.environment(name: "KEY"))
    let read = try reader.apiKey(
      source, expiration: .source(Source(.environment(name: "DATE"))), keyedBy: makeKey()
    ).get()
    #expect(SecretSourcesTests.text(read.key) == "key")
    #expect(read.reading.expiration == WallTime(millisecondsSinceEpoch: 86_400_000))
    let plain = try reader.apiKey(source, expiration: nil, keyedBy: makeKey()).get()
    #expect(plain.reading.expiration == nil)
    #expect(plain.reading.fingerprint == read.reading.fingerprint)
    let bad = reader.apiKey(
      source, expiration: .source(Source(.environment(name: "BAD"))), keyedBy: try makeKey())
    #expect(refusal(of: bad)?.kind == .malformed)
  }
}
