import RotationEngine

/// `dx-rotated status`.
package struct StatusCommand {
  private let listing: Listing

  /// Makes the command.
  package init(_ listing: Listing) { self.listing = listing }

  /// Prints the state of each credential.
  package func run() throws(ExitStatus) -> ExitStatus {
    let picture = try StoredPicture(listing)
    let now = SystemClock().wall
    let report = StatusReport(picture)
    listing.print(report) { StatusPage(picture: picture, now: now).lines(for: $0) }
    guard picture.settings != nil else { return .configuration }
    return report.needsPerson ? .needsPerson : .done
  }
}
