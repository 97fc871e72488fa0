import RotationDaemon
import RotationEngine

/// The journal's message catalog: what `journalctl -x` adds to each entry.
///
/// The format is that of systemd's own catalogs: an id, headers, an empty line, the text.
enum Catalog {
  /// What fits a terminal beside the margin that journalctl draws.
  private static let width = 74

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

      \(explanation.meaning.wrapped(at: width))

      \(explanation.remedy.wrapped(at: width))
      """
  }
}
