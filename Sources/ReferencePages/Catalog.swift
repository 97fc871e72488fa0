import RotationDaemon
import RotationEngine

/// The journal's message catalog: what `journalctl -x` adds to each entry.
///
/// The format is that of systemd's own catalogs: an id, headers, an empty line, the text.
enum Catalog {
  static let text =
    "# \(ReferencePage.notice.filter { $0 != "`" })\n"
    + JournalEvent.allCases.map { "\n" + entry($0) + "\n" }.joined()

  private static func entry(_ event: JournalEvent) -> String {
    let explanation = event.explanation
    return """
      -- \(event.messageID)
      Subject: \(explanation.subject)
      Defined-By: dx-rotated
      Documentation: man:dx-rotated(8)

      \(wrap(explanation.meaning))

      \(wrap(explanation.remedy))
      """
  }

  /// Breaks running text into lines that fit a terminal behind the margin that journalctl draws.
  private static func wrap(_ text: String) -> String {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= 74 {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n")
  }
}
