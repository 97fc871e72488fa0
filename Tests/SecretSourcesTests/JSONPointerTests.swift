import RotationEngine
import Testing

@testable import SecretSources

@Suite("One string out of a JSON document")
struct JSONPointerTests {
  // The document of RFC 6901, section 5, its numbers written as strings.
  private static let document = #"""
    {"foo": ["bar", "baz"], "": "0", "a/b": "1", "c%d": "2", "e^f": "3", "g|h": "4",
     "i\\j": "5", "k\"l": "6", " ": "7", "m~n": "8"}
    """#

  @Test(
    "Pointers of RFC 6901",
    arguments: [
      ("/foo/0", "bar"), ("/foo/1", "baz"), ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"),
      ("/e^f", "3"), ("/g|h", "4"), ("/i\\j", "5"), ("/k\"l", "6"), ("/ ", "7"), ("/m~0n", "8"),
    ])
  func pointer(_ pointer: String, expected: String) throws {
    #expect(text(try JSONPointer(pointer).string(in: secret(Self.document))) == expected)
  }

  @Test(
    "Strings are unescaped",
    arguments: [
      (#""plain""#, "plain"),
      (#" "\"\\\/\b\f\n\r\t" "#, "\"\\/\u{8}\u{C}\n\r\t"),
      (#""\u00e9\u20AC""#, "é€"),
      (#""\ud83d\uDE00""#, "😀"),
      ("\"é😀\"", "é😀"),
    ])
  func unescaped(document: String, expected: String) throws {
    #expect(text(try JSONPointer("").string(in: secret(document))) == expected)
  }

  @Test(
    "Keys match unescaped, and only the pointer's keys must be unique",
    arguments: [
      (#"{"\u0061":"x"}"#, "/a"), (#"{"b":1,"b":2,"a":"x"}"#, "/a"),
      (#"{"n":{"a":1},"a":"x","z":[{"a":2}]}"#, "/a"),
    ])
  func keys(document: String, pointer: String) throws {
    #expect(text(try JSONPointer(pointer).string(in: secret(document))) == "x")
  }

  @Test(
    "What is not a string is named",
    arguments: [
      (#"{"a":{"b":"s3cret"}}"#, "/a", SourceFailure.Kind.malformed, "leads to an object"),
      (#"{"a":["s3cret"]}"#, "/a", .malformed, "leads to an array"),
      (#"{"a":-1.5e3}"#, "/a", .malformed, "leads to a number"),
      (#"{"a":true}"#, "/a", .malformed, "leads to true or false"),
      (#"{"a":null}"#, "/a", .malformed, "leads to null"),
      (#"{"a":"s3cret"}"#, "/tokn", .missing, "the document has no \"tokn\""),
      (#"{"a":{"s3cret":"x"}}"#, "/a/b", .missing, "/a has no \"b\""),
      (#"{"a":"s3cret"}"#, "/a/b", .missing, "/a is a string"),
      (#"{"a":["s3cret"]}"#, "/a/1", .missing, "an array of 1"),
      (#"{"a":["s3cret"]}"#, "/a/-", .missing, "an array of 1"),
      (#"{"a":["s3cret"]}"#, "/a/00", .missing, "an array of 1"),
      (#"{"a":["s3cret"]}"#, "/a/-1", .missing, "an array of 1"),
      (#"{"a":"s3cret","a":"s3cret"}"#, "/a", .malformed, "twice"),
      (#"{"a":"s3cret"}"#, "a", .malformed, "begin with a slash"),
      (#"{"a":"s3cret"}"#, "/~2", .malformed, "tilde"),
      ("", "/a", .empty, "is empty"),
      ("\u{FEFF}{}", "/a", .malformed, "begins with a byte order mark"),
    ])
  func wrongPlace(document: String, pointer: String, kind: SourceFailure.Kind, says: String) {
    let failure = #expect(throws: SourceFailure.self) {
      try JSONPointer(pointer).string(in: secret(document))
    }
    #expect(failure?.kind == kind)
    #expect(failure?.message.contains(says) == true, "\(failure?.message ?? "")")
    #expect(failure?.message.contains("s3cret") == false)
  }

  @Test(
    "The whole document must be JSON",
    arguments: [
      #"{"a":"x""#, #"{"a":"x"} x"#, #"{"a":"x",}"#, #"{"a":"x" "b":1}"#, #"{a:"x"}"#,
      #"{'a':'x'}"#, #"{"a":"x","b":01}"#, #"{"a":"x","b":1.}"#, #"{"a":"x","b":+1}"#,
      #"{"a":"x","b":1e}"#, #"{"a":"x","b":tru}"#, #"{"a":"x","b":[1,]}"#, #"{"a":"x"#,
      #"{"a":"\x"}"#, #"{"a":"\u12g4"}"#, #"{"a":"\ud83d"}"#, #"{"a":"\ude00"}"#,
      #"{"a":"\ud83d\u0041"}"#, "{\"a\":\"x\ny\"}", #"{"a":"x\"#,
      #"{"a":"x","b":NaN}"#, "{\"a\":\"x\"} // no", #"{"a":}"#, #"{"a"}"#, "-", "[1 2]",
    ])
  func malformed(document: String) {
    let failure = #expect(throws: SourceFailure.self) {
      try JSONPointer("/a").string(in: secret(document))
    }
    #expect(failure?.kind == .malformed)
    #expect(failure?.message.contains("line 1, column") == true || document.contains("\n"))
  }

  @Test("Nesting is bounded")
  func depth() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + #""x""# + String(repeating: "]", count: levels)
    }
    let way = String(repeating: "/0", count: 63)
    #expect(text(try JSONPointer(way).string(in: secret(nested(63)))) == "x")
    let failure = #expect(throws: SourceFailure.self) {
      try JSONPointer(way).string(in: secret(nested(30_000)))
    }
    #expect(failure?.message.contains("nested deeper than 64") == true)
  }

  @Test("A fault's position is its line and column")
  func position() {
    let failure = #expect(throws: SourceFailure.self) {
      try JSONPointer("/a").string(in: secret("{\n  \"a\": x\n}"))
    }
    #expect(failure?.message.contains("line 2, column 8") == true)
  }
}
