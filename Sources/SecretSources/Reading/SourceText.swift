import RotationEngine
import SecretMemory

/// The text of one source in one pass.
struct SourceText {
  let source: Source
  let text: PlainText

  var value: SecretBytes { text.value }

  /// What is odd about the text, with the name of its source.
  var warnings: [String] { text.oddities.map { "\(source): \($0)" } }

  /// Refuses what would break an HTTP header.
  func requireHeaderText() throws(SourceFailure) {
    do {
      try TextRules.requireHeaderText(value)
    } catch {
      throw error.about(source)
    }
  }

  /// The text read as a date.
  func date() throws(SourceFailure) -> WallTime {
    // A secret in the place of a date must not be copied into a String, so the bytes are looked at first.
    let couldBeDate = value.withUnsafeBytes { bytes in
      bytes.count <= 64 && bytes.allSatisfy { Self.bytesOfDates.contains($0) }
    }
    guard couldBeDate,
      let date = WallTime(dateText: value.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
    else {
      throw SourceFailure(
        .malformed, "is not a date; write 2026-12-31 or 2026-12-31T12:00:00Z"
      ).about(source)
    }
    return date
  }

  private static let bytesOfDates = Set("0123456789:-+.TtZz \t\r\n".utf8)
}
