import RotationEngine

/// A `StandingAlert` as a row of `alert`.
package enum AlertRow {
  /// In the order in which `bind` and `read` go through them.
  static let columns = "kind, severity, since, said_at"

  package static func bind(_ alert: StandingAlert, to parameters: inout some FieldWriter) {
    parameters.add(alert.kind.rawValue)
    parameters.add(alert.severity.rawValue)
    parameters.add(alert.since)
    parameters.add(alert.saidAt)
  }

  package static func read(_ row: inout some FieldReader) throws(StateError) -> StandingAlert {
    StandingAlert(
      kind: try row.name(of: AlertKind.self), severity: try row.name(of: Severity.self),
      since: try row.time(), saidAt: try row.time())
  }

  /// Tells whether the stored rows have to be written again; 0 for no alert.
  static func digest(_ alerts: [StandingAlert]) -> Int64 {
    guard !alerts.isEmpty else { return 0 }
    var hash = StableHash()
    for alert in alerts {
      hash.combine(alert.kind.rawValue)
      hash.combine(alert.severity.rawValue)
      hash.combine(alert.since)
      hash.combine(alert.saidAt)
    }
    return Int64(bitPattern: hash.value | 1)
  }
}
