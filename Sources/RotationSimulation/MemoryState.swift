import RotationEngine
import SecretMemory
import StateStore

/// The state's contract in memory: a transaction that fails leaves nothing behind.
final class MemoryState: DurableState {
  private struct Content {
    var instance = InstanceRecord()
    var records: [CredentialKey: CredentialRecord] = [:]
    var unfinished: [Int64: Attempt] = [:]
    var lastNumber: Int64 = 0
    var totals: [String: Int64] = [:]
  }

  private var content = Content()
  private var claims: Set<CredentialKey> = []

  func use(instance url: String) throws(StateError) {}

  func fingerprintKey() throws(StateError) -> SecretBytes { SecretBytes(copying: []) }

  func transaction<Result>(
    _ body: () throws(StateError) -> Result
  ) throws(StateError) -> Result {
    let before = content
    do { return try body() } catch {
      content = before
      throw error
    }
  }

  func instance() throws(StateError) -> InstanceRecord { content.instance }

  func save(_ instance: InstanceRecord) throws(StateError) { content.instance = instance }

  func records() throws(StateError) -> [CredentialRecord] {
    content.records.values.sorted { $0.key < $1.key }
  }

  func record(for key: CredentialKey) throws(StateError) -> CredentialRecord? {
    content.records[key]
  }

  @discardableResult
  func save(_ record: CredentialRecord) throws(StateError) -> Int64 {
    var stored = record
    stored.revision = (content.records[record.key]?.revision ?? 0) + 1
    content.records[record.key] = stored
    return stored.revision
  }

  func begin(_ attempt: Attempt) throws(StateError) -> Int64 {
    content.lastNumber += 1
    var stored = attempt
    stored.number = content.lastNumber
    content.unfinished[stored.number] = stored
    return stored.number
  }

  func finish(_ number: Int64, _ outcome: Attempt.Outcome, at time: WallTime) throws(StateError) {
    guard content.unfinished.removeValue(forKey: number) != nil else { return }
    content.totals[outcome.name, default: 0] += 1
  }

  func unfinishedAttempts() throws(StateError) -> [Attempt] {
    content.unfinished.values.sorted { $0.number < $1.number }
  }

  func history(keys: [CredentialKey]?, limit: Int?) throws(StateError) -> [Attempt] { [] }

  func claim(_ key: CredentialKey) throws(StateError) -> Bool {
    claims.insert(key)
    return true
  }

  func release(_ key: CredentialKey) { claims.remove(key) }

  func count(_ name: String, label: String, by amount: Int64) throws(StateError) {}

  func totals() throws(StateError) -> [Total] {
    content.totals.sorted { $0.key < $1.key }.map {
      Total(name: "attempts", label: $0.key, value: $0.value)
    }
  }

  /// The process that held the claims is gone.
  func processEnded() { claims = [] }
}
