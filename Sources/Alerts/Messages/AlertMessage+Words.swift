import RotationEngine

// What people read of an alert besides the journal's text.

extension AlertMessage {
  /// What it is about, in a few words: `CRITICAL: rotation held: jira-cloud`.
  var headline: String {
    "\(label): \(event.withSpaces): \(who)"
  }

  private var label: String {
    if isTest { return "TEST" }
    return phase == .resolved ? "RESOLVED" : severity.rawValue.uppercased()
  }

  private var who: String {
    if let subject { return subject.name }
    guard credentialCount > 0 else { return instance }
    return "\(credentialCount) credential\(credentialCount == 1 ? "" : "s") of \(instance)"
  }

  /// Since when, unless the text itself says it, and how long is left, as of `now`; maybe nothing.
  func timing(at now: WallTime) -> String {
    let age = now - since
    var parts: [String] = []
    if phase != .escalated, phase != .repeated {
      parts.append("Since \(since)" + (age < .seconds(1) ? "" : " (\(age))"))
    }
    if let expiresAt, phase != .resolved {
      parts.append(
        expiresAt > now
          ? "\(expiresAt - now) left until \(expiresAt)" : "expired \(now - expiresAt) ago")
    }
    if let nextAttemptAt, phase != .resolved, nextAttemptAt > now {
      parts.append("next try at \(nextAttemptAt)")
    }
    let line = parts.joined(separator: "; ")
    return line.prefix(1).uppercased() + line.dropFirst()
  }

  /// The command that shows more.
  var lookup: String? {
    guard !isTest, phase != .resolved else { return nil }
    return subject.map { "dx-rotated status \(Wording.shellWord($0.name))" } ?? "dx-rotated status"
  }
}

extension String {
  var withSpaces: String { String(map { $0 == "_" ? " " : $0 }) }
}
