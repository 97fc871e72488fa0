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
      // Who is asked for by name is shown, however far off.
      let page = PlanPage(plan: plan, isWhole: !names.isEmpty, now: SystemClock().wall)
      Output.line(page.lines(for: .standardOutput).joined(separator: "\n"))
    }
    let status = plan.first { $0.status != 0 }?.status ?? 0
    return ExitStatus(rawValue: status) ?? .unexpected
  }
}
