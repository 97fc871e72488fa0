import RotationEngine

extension AlertMessage {
  /// How many names a group tells.
  static let namesInGroup = 10

  /// What makes alerts one message for people when many wait: the same thing happened to each.
  struct Sort: Hashable {
    var phase: AlertNotice.Phase
    var event: String
    var severity: Severity
  }

  var sort: Sort { Sort(phase: phase, event: event, severity: severity) }

  /// One message for several of one sort; the only one as it is.
  ///
  /// Returns nil for none.
  static func grouped(_ messages: [AlertMessage]) -> AlertMessage? {
    guard let first = messages.first, messages.count > 1 else { return messages.first }
    let names = messages.compactMap { $0.subject?.name }.sorted()
    let more = names.count - namesInGroup
    let list = names.prefix(namesInGroup).joined(separator: ", ")
    let verb = first.phase == .resolved ? "is over" : "stands"
    var group = first
    group.subject = nil
    group.credentialCount = messages.reduce(0) { $0 + $1.credentialCount }
    group.since = messages.map(\.since).min() ?? first.since
    group.at = messages.map(\.at).max() ?? first.at
    group.expiresAt = messages.compactMap(\.expiresAt).min()
    group.nextAttemptAt = messages.compactMap(\.nextAttemptAt).min()
    group.attempt = nil
    group.text =
      "\(first.event.withSpaces) \(verb) for \(group.credentialCount) credentials at once: \(list)"
      + (more > 0 ? " and \(more) more" : "")
      + (first.phase == .resolved ? "" : ". For one of them: \(first.text)")
    return group
  }
}
