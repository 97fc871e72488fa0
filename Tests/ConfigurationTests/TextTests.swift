import Testing

@testable import Configuration

/// Files that are no TOML, or strain the parser.
@Suite struct TextTests {
  @Test func refusesWhatIsNotUTF8() throws {
    let directory = try DropInDirectory()
    try directory.write(Array("# é\nä = \"".utf8) + [0xFF, 0x22], to: "a.toml")
    try directory.write([0xC3], to: "b.toml")
    try directory.write([0xFF, 0xFE, 0x61, 0x00], to: "c.toml")
    #expect(
      directory.lines() == [
        "a.toml:2:6: error: not UTF-8: the byte 0xFF is no part of a character; save the file as UTF-8",
        "b.toml:1:1: error: not UTF-8: the byte 0xC3 is no part of a character; save the file as UTF-8",
        "c.toml:1:1: error: not UTF-8: the byte 0xFF is no part of a character; save the file as UTF-8",
      ])
  }

  @Test func readsPastAByteOrderMark() throws {
    let directory = try DropInDirectory()
    try directory.write([0xEF, 0xBB, 0xBF] + Array(base.utf8), to: "a.toml")
    #expect(directory.lines() == [])
    try directory.write([0xEF, 0xBB, 0xBF], to: "b.toml")
    #expect(directory.lines() == [])
  }

  @Test(arguments: [
    ("a = 1\nb\u{0}", "2:2: error: not TOML: in a key-value pair: expected '='"),
    ("a = 9223372036854775808", "1:24: error: the number does not fit in 64 bits"),
    ("a = -9223372036854775809", "1:25: error: the number does not fit in 64 bits"),
    ("a = 0xFFFFFFFFFFFFFFFFFF", "1:25: error: the number does not fit in 64 bits"),
    (
      "a = 2026-02-30",
      "1:15: error: not TOML: in a date: expected day between 1 and 28 (inclusive)"
    ),
    (
      "a = 1\na = 2",
      "2:5: error: not TOML: in a key-value pair: cannot redefine existing integer 'a'"
    ),
    ("[a]\n[a]", "2:1: error: not TOML: in a table header: cannot redefine existing table 'a'"),
    (
      "\"e\u{301}\" = 1\n\"\u{E9}\" = 1",
      "2:1: error: \"\u{E9}\" looks the same as the key at line 1, and differs in its Unicode form alone"
    ),
  ])
  func refuses(text: String, says: String) throws {
    #expect(try lines(of: text) == ["a.toml:\(says)"])
  }

  /// However a file was cut short, it is read or refused, and each line of a refusal has its form.
  @Test func survivesEveryCut() throws {
    let bytes = Array((base + "rotate_before = \"é1h\" # é\n[alert.command.c]\nargv = ['/a']").utf8)
    let directory = try DropInDirectory()
    for count in 1...bytes.count {
      try directory.write(Array(bytes[..<count]), to: "a.toml")
      for line in directory.lines() {
        #expect(line.wholeMatch(of: /a\.toml:\d+:\d+: (error|warning): .+/) != nil, "\(line)")
      }
    }
  }

  /// Neither deep values nor keys of many parts exhaust the stack, in whatever text they stand.
  @Test(arguments: [
    "a = " + String(repeating: "[", count: 1_000_000),
    "a = " + String(repeating: "{a=", count: 1_000_000),
    String(repeating: "a.", count: 1_000_000) + "a = 1",
    "[" + String(repeating: "a.", count: 1_000_000) + "a]",
    "x = \"\"\"\" \\\" \"\"\"\"\"\n" + String(repeating: "a.", count: 1_000_000) + "a = 1",
    "x = '''' \\'''\n# ' \n" + String(repeating: "a . ", count: 1_000_000) + "a = 1",
    "x = ''\ny = \"\"\n" + String(repeating: "\"a\".", count: 1_000_000) + "a = 1",
  ])
  func survivesDepth(text: String) throws {
    #expect(try lines(of: text).count == 1)
  }

  @Test func countsDotsInKeysAlone() throws {
    let dots = String(repeating: ".", count: 100)
    let text = """
      # \(dots)
      metrics.textfile = "/\(dots)\\"\(dots)"
      [alert.command.c]
      argv = ["/a", '\(dots)', '''\n'\(dots)''', \"""\n\"\(dots)\\\"\"\"\"\"\"]

      """
    #expect(try lines(of: text + base) == [])
  }

  @Test func limitsTheParts() throws {
    let fits = String(repeating: "a.", count: 15) + "a = 1"
    #expect(try lines(of: fits).contains { $0.contains("unknown key") })
    #expect(
      try lines(of: "a." + fits) == [
        "a.toml:1:32: error: a key of more than 16 parts; no key here has more than 4"
      ])
  }
}
