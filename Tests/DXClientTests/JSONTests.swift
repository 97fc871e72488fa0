import RotationEngine
import Testing

@testable import DXClient

@Suite struct JSONTests {
  private func parse(_ text: String) -> Answer.Body {
    Answer.Body(Array(text.utf8), Redaction())
  }

  @Test(arguments: [
    ("", "empty"), (" \r\n\t", "empty"), ("<!doctype html>", "HTML"), ("  <h1>{}</h1>", "HTML"),
    (#"<?xml version="1.0"?><a/>"#, "XML"), ("Bad gateway", "plain text"), ("null", "plain text"),
    (#""ok""#, "plain text"), (" [1]", "JSON that is not an object"), ("{", "malformed JSON"),
    (#"{"ok":true"#, "malformed JSON"), (#"{"ok":true}}"#, "malformed JSON"),
    (#"{"ok":true} x"#, "malformed JSON"), ("{ok:true}", "malformed JSON"),
  ])
  func whatIsNoObjectIsNamed(text: String, what: String) {
    #expect(parse(text) == .other(what))
  }

  @Test(arguments: [[0xFF], Array(#"{"ok":true,"a":""#.utf8) + [0xC3] + Array("\"}".utf8)])
  func bytesThatAreNoText(body: [UInt8]) {
    #expect(Answer.Body(body, Redaction()) == .other("text that is not UTF-8"))
  }

  @Test(arguments: [("[", "]"), (#"{"a":"#, "}")])
  func nestingIsBounded(open: String, close: String) {
    func nested(_ depth: Int) -> String {
      #"{"ok":true,"a":"# + String(repeating: open, count: depth) + "1"
        + String(repeating: close, count: depth) + "}"
    }
    #expect(parse(nested(63)) == .object(.init(ok: true)))
    #expect(parse(nested(64)) == .other("JSON nested too deeply"))
    #expect(parse(nested(100_000)) == .other("JSON nested too deeply"))
    #expect(
      parse(#"{"a":"# + String(repeating: open, count: 100_000))
        == .other("JSON nested too deeply"))
  }

  @Test func bracketsInStringsAreNotNested() {
    let brackets = String(repeating: "[{", count: 1000)
    #expect(parse(#"{"ok":true,"a":"\"\#(brackets)\\","b":[]}"#) == .object(.init(ok: true)))
  }

  @Test(arguments: [
    "{}", #"{"ok":null}"#, #"{"ok":1}"#, #"{"ok":"true"}"#, #"{"ok":[true]}"#, #"{"error":{}}"#,
    #"{"error":5,"display_message":false,"raw_message":[]}"#, #"{"credential":"456"}"#,
    #"{"credential":null,"credentials":null}"#, #"{"credentials":{"id":456}}"#,
    #"{"credential":{}}"#, #"{"credential":{"id":"456"}}"#, #"{"credential":{"id":4.5}}"#,
    #"{"credential":{"id":9223372036854775808}}"#, #"{"credential":{"id":true}}"#,
    #"{"credential":[{"id":456}]}"#,
  ])
  func aKeyOfAnotherTypeIsNil(text: String) {
    #expect(parse(text) == .object(.init(ok: nil)))
  }

  @Test func oneWrongKeyLosesNoOther() {
    #expect(
      parse(#"{"ok":"?","error":"e","display_message":7,"raw_message":"r","credential":{"id":1}}"#)
        == .object(.init(ok: nil, error: "e", rawMessage: "r", credential: .init(id: 1))))
  }

  @Test func entriesWithoutAnIDAreSkipped() {
    let body = parse(
      #"{"ok":true,"credentials":[{"id":1},null,{"id":"2"},{},7,"x",[],{"id":null},{"id":3}]}"#)
    #expect(body.object?.credentials == [.init(id: 1), .init(id: 3)])
  }

  @Test(
    arguments: [
      (#""2026-12-31""#, "2026-12-31"),
      (#""2026-12-31T10:00:00.500+02:00""#, "2026-12-31T08:00:00.5Z"), ("null", nil),
      (#""soon""#, nil), (#""2026-02-30""#, nil), (#""""#, nil), ("1798675200", nil), ("{}", nil),
    ] as [(String, String?)])
  func datesAreReadWhereTheyAreDates(json: String, expected: String?) {
    let body = parse(
      #"{"credential":{"id":1,"expiration_date":\#(json),"disabled_at":\#(json),"deleted_at":\#(json)}}"#
    )
    let time = expected.flatMap(WallTime.init(dateText:))
    #expect(
      body.object?.credential
        == .init(id: 1, expiration: time, disabledAt: time, deletedAt: time))
    #expect((time == nil) == (expected == nil))
  }

  @Test func textsAreBoundedAndOfOneLine() throws {
    let long = String(repeating: "é", count: 5000)
    let object = try #require(
      parse(#"{"error":"\#(long)","display_message":"\#(long)","raw_message":"a\nb\u001b[1mc"}"#)
        .object)
    #expect(object.error == String(long.prefix(200)) + "…")
    #expect(object.displayMessage == String(long.prefix(2000)) + "…")
    #expect(object.rawMessage == "a b\u{FFFD}[1mc")
  }
}
