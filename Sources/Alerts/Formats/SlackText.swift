import RotationEngine

/// An alert as the text of a Slack incoming webhook: what, since when, how long is left, what to do.
struct SlackText: Encodable {
  /// Slack cuts longer texts.
  static let longest = 3000

  /// The message in mrkdwn.
  let text: String

  init(_ message: AlertMessage, at now: WallTime) {
    let mark =
      switch (message.phase, message.severity) {
      case (.resolved, _): ":white_check_mark:"
      case (_, .critical): ":red_circle:"
      case (_, .warning): ":warning:"
      }
    var lines = ["\(mark) *\(message.headline.oneLine.escaped)*", message.text.oneLine.escaped]
    let timing = message.timing(at: now)
    if !message.isTest, !timing.isEmpty { lines.append(timing.escaped) }
    if let lookup = message.lookup { lines.append("More: `\(lookup.oneLine.escaped)`") }
    text = String(lines.joined(separator: "\n").prefix(Self.longest))
  }
}

extension String {
  /// Slack's three control characters, by its rules; a name cannot notify a channel.
  fileprivate var escaped: String {
    var text = ""
    for character in self {
      switch character {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      default: text.append(character)
      }
    }
    return text
  }

  /// The text without line breaks and control characters, so that a name cannot look like a message of its own.
  var oneLine: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .lineSeparator, .paragraphSeparator: " "
          default: scalar
          }
        }))
  }
}
