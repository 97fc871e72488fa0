import RotationEngine

/// `dx-rotated plan`.
package struct PlanCommand {
  private let listing: Listing

  /// Makes the command.
  package init(_ listing: Listing) { self.listing = listing }

  /// Prints what would be sent, when and why.
  package func run() throws(ExitStatus) -> ExitStatus {
    let request = ControlRequest(.plan, names: listing.names)
    let plan = try CommandAnswer(place: listing.place).ask(request).plan ?? []
    listing.print(plan) { terminal in
      // Who is asked for by name is shown, however far off.
      PlanPage(plan: plan, isWhole: !listing.names.isEmpty, now: SystemClock().wall)
        .lines(for: terminal)
    }
    let status = plan.first { $0.status != 0 }?.status ?? 0
    return ExitStatus(rawValue: status) ?? .unexpected
  }
}
