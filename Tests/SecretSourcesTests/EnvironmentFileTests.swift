import RotationEngine
import Testing

@testable import SecretSources

@Suite("The syntax of EnvironmentFile=")
struct EnvironmentFileTests {
  @Test(
    "A key's value is what systemd would set",
    arguments: [
      ("K=value\n", "value"),
      ("K=value", "value"),
      ("K=value\r\n", "value"),
      ("# K=no\n; K=no\n\nK=yes\n", "yes"),
      ("# a comment ends with its line \\\nK=yes\n", "yes"),
      ("   K = value  \t\n", "value"),
      ("K=a # b\n", "a # b"),
      ("K=inner  white space\n", "inner  white space"),
      ("K=a=b==\n", "a=b=="),
      ("K=first\nK=second\n", "second"),
      ("K=one\\\ntwo\n", "onetwo"),
      ("K=a\\ \n", "a "),
      ("K=back\\\\slash\\n\n", "back\\slashn"),
      ("K='single $x \\n \"q\"'\n", "single $x \\n \"q\""),
      ("K='two\nlines'  \n", "two\nlines"),
      ("K=\"a \\\"q\\\" \\$x \\` \\\\ \\n\"\n", "a \"q\" $x ` \\ \\n"),
      ("K=\"two\nlines\"\n", "two\nlines"),
      ("K=\"joined\\\nlines\"\n", "joinedlines"),
      ("K='a'\"b\"\n", "ab"),
      ("K=a'b'\n", "a'b'"),
      ("K='  kept  '\n", "  kept  "),
      ("no assignment\nK=value\n", "value"),
      ("OTHER=K=no\nK=yes\nKK=no\n", "yes"),
      ("K=caf\u{E9}\n", "caf\u{E9}"),
      ("K=\n", ""),
    ])
  func value(file: String, expected: String) throws {
    #expect(text(try EnvironmentFile.value(of: "K", in: secret(file))) == expected)
  }

  @Test(
    "A file that has no such value says why",
    arguments: [
      ("OTHER=x\n", SourceFailure.Kind.missing, "assigns no such key"),
      ("", .missing, "assigns no such key"),
      ("K", .missing, "assigns no such key"),
      ("export K=value\n", .missing, "write K=…"),
      ("\u{FEFF}K=x", .malformed, "begins with a byte order mark"),
      ("K='cut of", .malformed, "inside a quoted value"),
      ("K=\"cut of\\", .malformed, "inside a quoted value"),
      ("K=x\nL=cut of\\", .malformed, "after a backslash"),
    ])
  func refused(file: String, kind: SourceFailure.Kind, says: String) {
    let failure = #expect(throws: SourceFailure.self) {
      try EnvironmentFile.value(of: "K", in: secret(file))
    }
    #expect(failure?.kind == kind)
    #expect(failure?.message.contains(says) == true)
  }
}
