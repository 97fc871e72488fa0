import RotationEngine

/// `status` for people: what needs a person first, and what to do below each row in trouble.
struct StatusPage {
  let picture: StoredPicture
  let now: WallTime

  private struct Row {
    var credential: StoredPicture.Credential

    var record: CredentialRecord { credential.record }
    var view: CredentialView { record.view }
    var isCritical: Bool { record.worstAlert?.severity == .critical }
    var needsPerson: Bool { view.needsAttention && view.state != .disabled }

    /// Ascending: the most urgent first, and of equals the one that expires first.
    var rank: (Int, Int64, String) {
      let trouble: Int
      switch view.state {
      case _ where isCritical && needsPerson: trouble = 0
      case _ where needsPerson: trouble = 1
      case .retrying, .sourceUnavailable, .held, .unknown: trouble = 2
      case .due, .awaitingSecret, .watching: trouble = 3
      case .disabled: trouble = 4
      }
      let time = view.expiresAt ?? view.nextActionAt
      return (trouble, time?.millisecondsSinceEpoch ?? .max, credential.name)
    }
  }

  func lines(for terminal: Terminal) -> [String] {
    let rows = picture.credentials.map(Row.init).sorted { $0.rank < $1.rank }
    var lines = terminal.wrapped(daemonLine)
    for alert in picture.instance.alerts {
      let text = Wording.standingOfInstance(
        alert, watched: picture.count, expiresAt: picture.instance.keyExpiresAt, now: now)
      lines += terminal.wrapped("\(alert.severity.rawValue.uppercased()): \(text.printable)")
    }
    guard !rows.isEmpty else { return lines + ["no credential is configured"] }
    lines += ["\(count(rows))", ""]
    let columns: [Table.Column] = [
      .elastic("NAME"), .fixed("STATE"), .fixed("EXPIRES"), .fixed("NEXT"), .fixed("LAST PUSH"),
    ]
    var table = Table(columns + (picture.nodes == nil ? [] : [.elastic("NODE")]))
    for row in rows {
      let node = picture.nodes.map { ($0[row.record.key] ?? "-", Colour.plain) }
      table.add(
        [
          (row.credential.name.printable, .plain), (row.view.state.rawValue, colour(row)),
          (RelativeTime.text(row.view.expiresAt, from: now), .plain),
          (RelativeTime.text(picture.nextAction(of: row.credential), from: now), .plain),
          (RelativeTime.text(row.record.lastPushedAt, from: now), .plain),
        ] + (node.map { [$0] } ?? []))
      if let text = whatToDo(row) { table.note(text.printable) }
    }
    return lines + table.lines(for: terminal)
  }

  private var daemonLine: String {
    guard let daemon = picture.daemon else {
      return "dx-rotated does not run: nothing is watched. Start it: systemctl start dx-rotated"
    }
    let since = daemon.since.map { " since \($0)" } ?? ""
    return "dx-rotated runs\(since)" + (daemon.process.map { ", process \($0)" } ?? "")
  }

  private func count(_ rows: [Row]) -> String {
    let people = rows.filter(\.needsPerson).count
    let count = "\(rows.count) credential\(rows.count == 1 ? "" : "s")"
    let need =
      people == 0 ? "none needs a person" : "\(people) need\(people == 1 ? "s" : "") a person"
    return "\(count), \(need)"
  }

  private func colour(_ row: Row) -> Colour {
    guard row.needsPerson else { return row.rank.0 == 2 ? .yellow : .plain }
    return row.isCritical ? .red : .yellow
  }

  private func whatToDo(_ row: Row) -> String? {
    if row.needsPerson, let alert = row.record.worstAlert {
      guard let settings = row.credential.settings, let retry = picture.settings?.retry else {
        let failure = row.record.shownError.map { ": \(Wording.failure($0))" } ?? ""
        return "\(alert.kind.rawValue.withSpaces) since \(alert.since)\(failure)"
      }
      return Wording.standing(alert, settings, row.record, retry: retry, now: now)
    }
    switch row.view.state {
    case .retrying, .held, .sourceUnavailable, .awaitingSecret:
      return row.record.shownError.map(Wording.failure)
    case .unknown:
      return picture.daemon == nil
        ? "not seen yet: the daemon has to run once"
        : "not seen yet: if it was added just now, run systemctl reload dx-rotated"
    case .watching, .due, .disabled:
      return row.needsPerson ? row.record.shownError.map(Wording.failure) : nil
    }
  }
}
