import RotationEngine

/// `dx-rotated status`.
package struct StatusCommand {
  private let place: CommandPlace
  private let names: [String]
  private let isJSON: Bool

  /// Makes the command.
  package init(place: CommandPlace, names: [String], isJSON: Bool) {
    self.place = place
    self.names = names
    self.isJSON = isJSON
  }

  /// Prints the state of each credential.
  package func run() throws(ExitStatus) -> ExitStatus {
    let picture = try StoredPicture(place)
    let selected = try place.select(names, from: picture.settings)
    let now = SystemClock().wall
    let report = StatusReport(picture, selected, now: now)
    if isJSON {
      Output.line(JSONOutput.text(report))
    } else {
      for line in Self.lines(picture, selected, now: now, terminal: .standardOutput) {
        Output.line(line)
      }
    }
    return report.needsPerson ? .needsPerson : .done
  }

  /// A table, what needs a person first; with what to do below each row in trouble.
  static func lines(
    _ picture: StoredPicture, _ selected: [CredentialSettings], now: WallTime, terminal: Terminal
  ) -> [String] {
    var lines: [String] = []
    if let daemon = picture.daemon {
      let process = daemon.process.map { ", process \($0)" } ?? ""
      let since = daemon.since.map { " since \($0)" } ?? ""
      lines.append("dx-rotated runs\(since)\(process)")
    } else {
      lines.append(
        "dx-rotated does not run: nothing is watched. Start it: systemctl start dx-rotated")
    }
    for alert in picture.instance.alerts {
      lines.append("\(alert.severity.rawValue): \(alert.kind.rawValue) since \(alert.since)")
    }
    var table = Table(header: ["NAME", "STATE", "EXPIRES", "NEXT", "LAST PUSH"])
    let rows = selected.map { ($0, picture.record(of: $0)) }.sorted(by: isMoreUrgent)
    for (credential, record) in rows {
      let view = record.view
      let needsPerson = view.needsAttention && view.state != .disabled
      let colour: Colour =
        record.worstAlert?.severity == .critical ? .red : needsPerson ? .yellow : .plain
      table.add([
        (credential.name.printable, .plain), (view.state.rawValue, colour),
        (RelativeTime.text(view.expiresAt, from: now), .plain),
        (RelativeTime.text(view.nextActionAt, from: now), .plain),
        (RelativeTime.text(record.lastPushedAt, from: now), .plain),
      ])
      if needsPerson || view.state == .retrying || view.state == .sourceUnavailable {
        if let text = trouble(
          credential, record, retry: picture.settings.retry, now: now)
        {
          table.note(text.printable)
        }
      }
    }
    lines += table.lines(for: terminal)
    if selected.isEmpty { lines.append("no credential is configured") }
    return lines
  }

  private static func trouble(
    _ credential: CredentialSettings, _ record: CredentialRecord, retry: RetryPolicy,
    now: WallTime
  ) -> String? {
    if let alert = record.worstAlert {
      return Wording.standing(
        alert, credential, record, retry: retry, now: now)
    }
    return record.shownError.map(Wording.failure)
  }

  private static func isMoreUrgent(
    _ left: (CredentialSettings, CredentialRecord), _ right: (CredentialSettings, CredentialRecord)
  ) -> Bool {
    rank(left) < rank(right)
  }

  private static func rank(
    _ row: (CredentialSettings, CredentialRecord)
  ) -> (Int, Int64, String) {
    let view = row.1.view
    let trouble =
      row.1.worstAlert?.severity == .critical
      ? 0 : view.needsAttention ? 1 : view.state == .disabled ? 3 : 2
    return (
      trouble, (view.expiresAt ?? view.nextActionAt)?.millisecondsSinceEpoch ?? .max, row.0.name
    )
  }
}
