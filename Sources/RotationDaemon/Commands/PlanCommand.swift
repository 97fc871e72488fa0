import RotationEngine

/// `dx-rotated plan`.
package struct PlanCommand {
  private let place: CommandPlace
  private let names: [String]
  private let isJSON: Bool

  /// Makes the command.
  package init(place: CommandPlace, names: [String], isJSON: Bool) {
    self.place = place
    self.names = names
    self.isJSON = isJSON
  }

  /// Prints what would be sent, when and why.
  package func run() throws(ExitStatus) -> ExitStatus {
    let reply = try CommandAnswer(place: place).ask(ControlRequest(.plan, names: names))
    let plan = reply.plan ?? []
    if isJSON {
      Output.line(JSONOutput.text(plan))
    } else {
      let now = SystemClock().wall
      for line in Self.lines(plan, now: now, terminal: .standardOutput) { Output.line(line) }
    }
    let status = plan.first { $0.status != 0 }?.status ?? 0
    return ExitStatus(rawValue: status) ?? .unexpected
  }

  private static func lines(
    _ plan: [PlanReport], now: WallTime, terminal: Terminal
  ) -> [String] {
    guard !plan.isEmpty else { return ["no credential is configured"] }
    var table = Table(header: ["WHEN", "NAME", "WHAT"])
    for row in plan {
      let when = row.at.flatMap { WallTime(dateText: $0) }
      table.add([
        (when == nil ? "-" : RelativeTime.text(when, from: now), .plain),
        (row.name.printable, .plain), (row.action, row.status == 0 ? .plain : .yellow),
      ])
      table.note(row.message.printable)
    }
    return table.lines(for: terminal)
  }
}
