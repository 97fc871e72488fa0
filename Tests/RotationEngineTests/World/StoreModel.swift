import Testing

@testable import RotationEngine

/// What survives a restart in the test world.
struct StoreModel {
  var records: [CredentialKey: CredentialRecord] = [:]
  var instance = InstanceRecord()
  var attempts: [Attempt] = []
  /// The next send of a credential is declined for this reason.
  var decline: [CredentialKey: DeclineReason] = [:]

  /// What another process has stored.
  private var theirs: Set<CredentialKey> = []

  var unfinished: [Attempt] { attempts.filter { $0.outcome == nil } }

  mutating func save(_ record: CredentialRecord) {
    // Another process has stored a newer one: that stands.
    if theirs.contains(record.key), record.revision < records[record.key]?.revision ?? 0 { return }
    records[record.key] = record
  }

  /// Another process stores a record.
  mutating func storeTheirs(_ record: CredentialRecord) {
    theirs.insert(record.key)
    records[record.key] = record
  }

  mutating func begin(_ attempt: Attempt) {
    var attempt = attempt
    attempt.number = Int64(attempts.count + 1)
    attempts.append(attempt)
  }

  mutating func finish(_ key: CredentialKey, _ outcome: Attempt.Outcome, at time: WallTime) {
    let index = attempts.lastIndex { $0.key == key && $0.outcome == nil }
    #expect(index != nil, "finished, but not begun: \(key)")
    if let index { close(attempts[index].number, outcome, at: time) }
  }

  mutating func close(_ number: Int64, _ outcome: Attempt.Outcome, at time: WallTime) {
    guard let index = attempts.firstIndex(where: { $0.number == number }) else {
      Issue.record("no attempt of number \(number)")
      return
    }
    attempts[index].outcome = outcome
    attempts[index].finishedAt = time
  }
}
