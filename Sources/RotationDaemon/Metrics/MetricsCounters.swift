import RotationEngine
import StateStore

/// What is counted for metrics besides attempts, which the state counts itself.
///
/// Counts are kept here until they are stored with the next page: a crash costs a page's worth of them.
struct MetricsCounters {
  /// The names in the state.
  enum Name: String {
    case requests
    case throttleWaits = "throttle_waits"
    case alertDeliveries = "alert_deliveries"
  }

  private struct Counter: Hashable {
    var name: Name
    var label: String
  }

  private var unsaved: [Counter: Int64] = [:]

  mutating func count(_ name: Name, label: String = "", by amount: Int64 = 1) {
    unsaved[Counter(name: name, label: label), default: 0] += amount
  }

  /// Stores what was counted; what cannot be stored is kept.
  mutating func save(to state: any DurableState) {
    guard !unsaved.isEmpty else { return }
    let counted = unsaved
    let isSaved: Void? = try? state.transaction { () throws(StateError) in
      for (counter, amount) in counted {
        try state.count(counter.name.rawValue, label: counter.label, by: amount)
      }
    }
    if isSaved != nil { unsaved = [:] }
  }

  /// Counts a request to DX by its method and outcome.
  mutating func count(_ question: Verdict.Question, _ exchange: Exchange) {
    let verdict = Verdict(exchange, to: question)
    count(.requests, label: "\(question.method) \(verdict.outcome)")
    if case .throttled = verdict { count(.throttleWaits) }
  }
}

extension Verdict.Question {
  fileprivate var method: String {
    switch self {
    case .update: "credentials.update"
    case .list: "credentials.list"
    case .info: "credentials.info"
    }
  }
}

extension Verdict {
  fileprivate var outcome: String {
    switch self {
    case .accepted: "accepted"
    case .refused: "refused"
    case .notFound: "not_found"
    case .unauthorized: "unauthorized"
    case .throttled: "throttled"
    case .unreachable: "unreachable"
    }
  }
}
