import RotationEngine
import SecretMemory
import StateStore

/// A state on a disk that can be full.
final class SimulatedDisk: DurableState {
  var isFull = false
  private let state: any DurableState

  init(_ state: any DurableState) { self.state = state }

  func transaction<Result>(
    _ body: () throws(StateError) -> Result
  ) throws(StateError) -> Result {
    guard isFull else { return try state.transaction(body) }
    // The disk fills up while the turn is being written: nothing of it may stay.
    return try state.transaction { () throws(StateError) in
      _ = try body()
      throw .unwritable(path: "state.db", reason: "No space left on device")
    }
  }

  func use(instance url: String) throws(StateError) { try state.use(instance: url) }
  func fingerprintKey() throws(StateError) -> SecretBytes { try state.fingerprintKey() }
  func instance() throws(StateError) -> InstanceRecord { try state.instance() }
  func save(_ instance: InstanceRecord) throws(StateError) { try state.save(instance) }
  func records() throws(StateError) -> [CredentialRecord] { try state.records() }
  func record(for key: CredentialKey) throws(StateError) -> CredentialRecord? {
    try state.record(for: key)
  }
  @discardableResult
  func save(_ record: CredentialRecord) throws(StateError) -> Int64 { try state.save(record) }
  func begin(_ attempt: Attempt) throws(StateError) -> Int64 { try state.begin(attempt) }
  func finish(_ number: Int64, _ outcome: Attempt.Outcome, at time: WallTime) throws(StateError) {
    try state.finish(number, outcome, at: time)
  }
  func unfinishedAttempts() throws(StateError) -> [Attempt] { try state.unfinishedAttempts() }
  func history(keys: [CredentialKey]?, limit: Int?) throws(StateError) -> [Attempt] {
    try state.history(keys: keys, limit: limit)
  }
  func claim(_ key: CredentialKey) throws(StateError) -> Bool { try state.claim(key) }
  func release(_ key: CredentialKey) { state.release(key) }
  func count(_ name: String, label: String, by amount: Int64) throws(StateError) {
    try state.count(name, label: label, by: amount)
  }
  func totals() throws(StateError) -> [Total] { try state.totals() }
}
