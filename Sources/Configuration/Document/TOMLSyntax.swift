/// Says a parser's complaint again without any text of the file but key names.
///
/// Where quotes were forgotten, what the parser stumbles over may be a secret.
enum TOMLSyntax {
  static func explain(_ complaint: String) -> String {
    var text = Substring(complaint)
    let preamble = "Error while parsing "
    if text.hasPrefix(preamble) { text = text.dropFirst(preamble.count) }
    if text.contains("not representable in 64 bits") {
      return "the number does not fit in 64 bits"
    }
    if text.contains("could not determine value type") {
      return "this is no TOML value; text needs quotes"
    }
    if text.contains("as a value") {
      return "this is no number; text needs quotes"
    }
    if let saw = text.firstRange(of: ", saw ") { text = text[..<saw.lowerBound] }
    return "not TOML: in a \(text)".replacing("in a array", with: "in an array")
      .replacing("in a inline", with: "in an inline")
  }
}
