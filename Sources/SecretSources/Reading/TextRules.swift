import RotationEngine
import SecretMemory

/// A source's text, and what a person should look at in it.
struct PlainText {
  var value: SecretBytes
  /// What is odd about the text, as the rest of a sentence; never a value.
  var oddities: [String]
}

/// What makes bytes the text of a source.
enum TextRules {
  /// Takes one newline off the end and refuses what is no text, or none.
  static func text(of bytes: SecretBytes) throws(SourceFailure) -> PlainText {
    try bytes.withUnsafeBytes { (bytes) throws(SourceFailure) in
      try requireUTF8(bytes)
      guard !bytes.contains(0) else {
        throw SourceFailure(.notText, "holds a NUL byte; it must be UTF-8 text")
      }
      guard !bytes.isEmpty else { throw SourceFailure(.empty, "is empty") }
      guard !bytes.allSatisfy(isBlank) else {
        throw SourceFailure(.empty, "holds only white space")
      }
      guard bytes.count <= FileAccess.limit else { throw .tooLarge }
      let text = withoutNewline(bytes[...])
      return PlainText(value: SecretBytes(copying: text), oddities: oddities(of: text))
    }
  }

  /// Refuses control characters, which would break an HTTP header.
  static func requireHeaderText(_ text: SecretBytes) throws(SourceFailure) {
    let isClean = text.withUnsafeBytes { $0.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
    guard isClean else {
      throw SourceFailure(
        .malformed, "holds a line break or another control character; it must be a single line")
    }
  }

  /// Whether it begins with the byte order mark that some editors put before UTF-8.
  static func hasByteOrderMark(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.starts(with: [0xEF, 0xBB, 0xBF])
  }

  /// Refuses a byte order mark where a syntax begins, which has none.
  static func requireNoByteOrderMark(_ bytes: UnsafeRawBufferPointer) throws(SourceFailure) {
    guard !hasByteOrderMark(bytes) else {
      throw SourceFailure(
        .malformed, "begins with a byte order mark; save it as UTF-8 without one")
    }
  }

  /// Refuses bytes that are not UTF-8, without a copy of them.
  static func requireUTF8(_ bytes: UnsafeRawBufferPointer) throws(SourceFailure) {
    do {
      _ = try UTF8Span(validating: bytes.bindMemory(to: UInt8.self).span)
    } catch {
      throw SourceFailure(
        .notText, "is not UTF-8 text (byte \(error.byteOffsets.lowerBound + 1))")
    }
  }

  private static func withoutNewline(
    _ bytes: Slice<UnsafeRawBufferPointer>
  ) -> Slice<UnsafeRawBufferPointer> {
    guard bytes.last == UInt8(ascii: "\n") else { return bytes }
    let line = bytes.dropLast()
    return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
  }

  private static func oddities(of text: Slice<UnsafeRawBufferPointer>) -> [String] {
    var found: [String] = []
    if hasByteOrderMark(text) {
      found.append("begins with a byte order mark, which is sent too")
    }
    if text.first.map(isBlank) == true {
      found.append("begins with white space, which is sent too")
    }
    if text.last.map(isBlank) == true {
      found.append("ends with white space beyond one newline, which is sent too")
    }
    return found
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }
}
