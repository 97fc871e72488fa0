import RotationEngine
import StateStore
import Testing

@testable import ClusterState

/// What is known too late of a credential that another node has by now keeps nothing else from being written.
@Suite struct OvertakenTests {
  let place: Place
  private let other = CredentialKey(connection: 1, id: 1)

  init() throws { place = try Place() }

  private func ledger(_ state: EtcdState) -> AttemptLedger {
    AttemptLedger(state: state) { noon }
  }

  /// A node that sends something, loses its lease to an heir that stores something, and is back with another.
  private func zombie() throws -> (state: EtcdState, ledger: AttemptLedger) {
    let state = try place.node("host-a")
    let ledger = ledger(state)
    #expect(ledger.commit([.save(Sample.record()), .send(Sample.attempt())]).recorded.count == 1)
    try state.loseLease()
    state.lease = try place.node("host-a").lease
    let heir = try place.node("host-b")
    #expect(try heir.claim(Sample.key))
    let number = try #require(try heir.unfinishedAttempts().first?.number)
    try heir.finish(number, .failed(LastError(at: noon, kind: .interrupted)), at: noon)
    _ = try heir.records()
    try heir.save(Sample.record(name: "by the heir"))
    return (state, ledger)
  }

  @Test func `a claim that is lost`() throws {
    let (state, ledger) = try zombie()
    let entry = ledger.commit([
      .finish(Sample.key, .accepted), .save(Sample.record(name: "late")),
      .save(Sample.record(other)),
      .send(Sample.attempt(other)),
    ])
    #expect(entry.recorded.map(\.key) == [other])
    #expect(ledger.isWritten && ledger.failure == nil)
    #expect(try state.records().map(\.name) == ["jira-cloud", "by the heir"])
    #expect(
      try state.history(keys: [Sample.key], limit: nil).map(\.outcome?.name) == ["interrupted"])
  }

  @Test func `a record that another node has stored since`() throws {
    let (state, ledger) = try zombie()
    // The loop has let go of it already, and learns of the end of its request afterwards.
    state.letGo([Sample.key])
    ledger.forget([Sample.key])
    let entry = ledger.commit([
      .finish(Sample.key, .accepted), .save(Sample.record(name: "late")),
      .close(attempt: 1, Sample.key, .accepted), .save(Sample.record(other)),
    ])
    #expect(Set(entry.declined.map(\.0)) == [Sample.key])
    #expect(ledger.isWritten && ledger.failure == nil)
    #expect(try state.records().map(\.name) == ["jira-cloud", "by the heir"])
  }
}
