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
      let page = StatusPage(picture: picture, selected: selected, now: now)
      Output.line(page.lines(for: .standardOutput).joined(separator: "\n"))
    }
    return report.needsPerson ? .needsPerson : .done
  }
}
