import RotationEngine
import StateStore

/// `dx-rotated history`.
package struct HistoryCommand {
  private let place: CommandPlace
  private let names: [String]
  private let limit: Int
  private let isJSON: Bool

  /// Makes the command.
  package init(place: CommandPlace, names: [String], limit: Int, isJSON: Bool) {
    self.place = place
    self.names = names
    self.limit = limit
    self.isJSON = isJSON
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
    let picture = try StoredPicture(place)
    let selected = try place.select(names, from: picture.settings)
    let attempts: [Attempt]
    do {
      attempts =
        try picture.state?.history(
          keys: names.isEmpty ? nil : selected.map(\.key), limit: limit) ?? []
    } catch {
      Output.error("dx-rotated: \(error)")
      throw ExitStatus(error)
    }
    if isJSON {
      Output.line(JSONOutput.text(attempts.map(Entry.init)))
      return .done
    }
    for line in Self.lines(attempts, terminal: .standardOutput) { Output.line(line) }
    return .done
  }

  private static func lines(_ attempts: [Attempt], terminal: Terminal) -> [String] {
    guard !attempts.isEmpty else { return ["nothing was sent yet"] }
    var table = Table(header: ["TIME", "NAME", "TRY", "OUTCOME", "TOOK", "WHY"])
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
