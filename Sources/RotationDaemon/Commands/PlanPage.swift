import RotationEngine

/// `plan` for people: what will happen in the next 30 days, in the order in which it will.
struct PlanPage {
  /// How far it looks ahead.
  static let horizon = TimeSpan.days(30)

  let plan: [PlanReport]
  /// Whether everything is shown, however far off.
  let isWhole: Bool
  let now: WallTime

  private struct Row {
    var report: PlanReport
    var at: WallTime?
  }

  func lines(for terminal: Terminal) -> [String] {
    guard !plan.isEmpty else { return ["no credential is configured"] }
    let rows = plan.map { Row(report: $0, at: $0.at.flatMap { WallTime(dateText: $0) }) }
    let stuck = rows.filter { isStuck($0) }
    let waiting = rows.filter { $0.at == nil && !isStuck($0) }
    let dated = rows.filter { $0.at != nil }.sorted { time($0) < time($1) }
    let end = now + Self.horizon
    let near = isWhole ? dated : dated.filter { time($0) <= end }
    let shown = stuck + near + (isWhole ? waiting : [])

    var lines: [String] = []
    if !shown.isEmpty {
      var table = Table([.fixed("DATE"), .fixed("WHEN"), .elastic("NAME"), .fixed("WHAT")])
      for row in shown {
        table.add([
          (row.at.map { max($0, now).date } ?? "-", .plain),
          (row.at == nil ? "-" : RelativeTime.text(row.at.map { max($0, now) }, from: now), .plain),
          (row.report.name.printable, .plain),
          (row.report.action.withSpaces, isStuck(row) ? .yellow : .plain),
        ])
        table.note(row.report.message.printable)
      }
      lines += table.lines(for: terminal)
    }
    let later = dated.dropFirst(near.count)
    if near.isEmpty, !isWhole {
      lines.append("nothing is planned for the next \(Self.horizon)")
    }
    if let next = later.first {
      lines += terminal.wrapped(
        "\(later.count) later: the next is \(next.report.name.printable) on \(time(next).date)")
    }
    if !waiting.isEmpty, !isWhole {
      lines.append("\(waiting.count) without a date: sent when the source changes")
    }
    return lines
  }

  private func time(_ row: Row) -> WallTime { row.at ?? now }

  /// Nothing will happen to it by itself, and something should.
  private func isStuck(_ row: Row) -> Bool {
    guard row.at == nil else { return false }
    return row.report.status != 0
      || ["await_secret", "hold", "missing", "blocked"].contains(row.report.action)
  }
}
