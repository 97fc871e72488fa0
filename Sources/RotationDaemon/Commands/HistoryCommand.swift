import RotationEngine
import StateStore

/// `dx-rotated history`.
package struct HistoryCommand {
  private let listing: Listing
  private let limit: Int

  /// Makes the command.
  package init(_ listing: Listing, limit: Int) {
    self.listing = listing
    self.limit = limit
  }

  private struct Entry: Encodable, Sendable {
    var name: String
    var connectionID: Int64
    var id: Int64
    var at: String
    var reason: String
    var attempt: Int
    var outcome: Nullable<String>
    var durationMilliseconds: Nullable<Int64>
    var error: Nullable<StatusReport.ErrorPart>

    enum CodingKeys: String, CodingKey {
      case name, id, at, reason, attempt, outcome, error
      case connectionID = "connection_id"
      case durationMilliseconds = "duration_ms"
    }

    init(_ attempt: Attempt) {
      name = attempt.name
      connectionID = attempt.key.connection
      id = attempt.key.id
      at = attempt.at.description
      reason = attempt.reason.rawValue
      self.attempt = attempt.ordinal
      outcome = Nullable(attempt.outcome?.name)
      durationMilliseconds = Nullable(attempt.finishedAt.map { ($0 - attempt.at).milliseconds })
      if case .failed(let failure)? = attempt.outcome {
        error = Nullable(StatusReport.ErrorPart(failure))
      } else {
        error = Nullable(nil)
      }
    }
  }

  /// Prints the attempts, newest first.
  package func run() throws(ExitStatus) -> ExitStatus {
    let picture = try StoredPicture(listing)
    let attempts: [Attempt]
    do {
      attempts =
        try picture.state?.history(
          keys: listing.names.isEmpty ? nil : picture.credentials.map(\.record.key), limit: limit)
        ?? []
    } catch {
      Output.error("dx-rotated: \(error)")
      throw ExitStatus(error)
    }
    listing.print(attempts.map(Entry.init)) { Self.lines(attempts, terminal: $0) }
    return picture.settings == nil ? .configuration : .done
  }

  private static func lines(_ attempts: [Attempt], terminal: Terminal) -> [String] {
    guard !attempts.isEmpty else { return ["nothing was sent yet"] }
    var table = Table([
      .fixed("TIME"), .elastic("NAME"), .fixed("TRY"), .fixed("OUTCOME"), .fixed("TOOK"),
      .elastic("WHY"),
    ])
    for attempt in attempts {
      let took = attempt.finishedAt.map { "\(max(.zero, $0 - attempt.at))" } ?? "-"
      table.add([
        ("\(attempt.at)", .plain), (attempt.name.printable, .plain), ("\(attempt.ordinal)", .plain),
        (attempt.outcome?.name ?? "under way", attempt.outcome == .accepted ? .green : .plain),
        (took, .plain), (Wording.words(attempt.reason), .plain),
      ])
      if case .failed(let failure)? = attempt.outcome {
        table.note(Wording.failure(failure).printable)
      }
    }
    return table.lines(for: terminal)
  }
}
