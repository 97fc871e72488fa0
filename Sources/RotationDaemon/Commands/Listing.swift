/// What `status`, `plan` and `history` have in common: where they look, for whom, and how they print.
package struct Listing: Sendable {
  let place: CommandPlace
  /// Credentials by name; none: all.
  let names: [String]
  private let isJSON: Bool

  /// Makes a listing.
  package init(place: CommandPlace, names: [String], isJSON: Bool) {
    self.place = place
    self.names = names
    self.isJSON = isJSON
  }

  /// Prints one JSON document, or a page for people.
  func print(_ document: some Encodable, page: (Terminal) -> [String]) {
    Output.line(
      isJSON ? JSONOutput.text(document) : page(.standardOutput).joined(separator: "\n"))
  }
}
