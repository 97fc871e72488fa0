import RotationEngine
import StateStore

// What is stored, as values.
extension StoredValue {
  init(_ record: CredentialRecord, revision: Int64) {
    add(revision)
    CredentialRow.bind(record, to: &self)
    add(record.refusals.count)
    for refusal in record.refusals { RefusalRow.bind(refusal, to: &self) }
    add(record.alerts)
  }

  init(_ instance: InstanceRecord) {
    InstanceRow.bind(instance, to: &self)
    add(instance.alerts)
  }

  init(_ attempt: Attempt) {
    add(attempt.number)
    AttemptRow.bind(attempt, to: &self)
    if let outcome = attempt.outcome, let time = attempt.finishedAt {
      AttemptRow.bind(outcome, at: time, to: &self)
    }
  }

  init(_ totals: [TotalName: Int64]) {
    add(totals.count)
    for (name, value) in totals {
      add(name.name)
      add(name.label)
      add(value)
    }
  }

  private mutating func add(_ alerts: [StandingAlert]) {
    add(alerts.count)
    for alert in alerts { AlertRow.bind(alert, to: &self) }
  }
}

extension StoredValueReader {
  mutating func record() throws(StateError) -> CredentialRecord {
    let revision = try integer()
    var record = try CredentialRow.read(&self)
    record.revision = revision
    for _ in 0..<(try count()) { record.refusals.append(try RefusalRow.read(&self)) }
    record.alerts = try alerts()
    try finish()
    return record
  }

  mutating func instance() throws(StateError) -> InstanceRecord {
    var instance = try InstanceRow.read(&self)
    instance.alerts = try alerts()
    try finish()
    return instance
  }

  mutating func attempt() throws(StateError) -> Attempt {
    let attempt = try AttemptRow.read(&self)
    try finish()
    return attempt
  }

  mutating func totals() throws(StateError) -> [TotalName: Int64] {
    var totals: [TotalName: Int64] = [:]
    for _ in 0..<(try count()) {
      totals[TotalName(name: try text(), label: try text())] = try integer()
    }
    try finish()
    return totals
  }

  private mutating func alerts() throws(StateError) -> [StandingAlert] {
    var alerts: [StandingAlert] = []
    for _ in 0..<(try count()) { alerts.append(try AlertRow.read(&self)) }
    return alerts
  }
}

/// What a total is of.
struct TotalName: Hashable {
  let name: String
  let label: String
}
