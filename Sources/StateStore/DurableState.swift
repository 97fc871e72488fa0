import RotationEngine
import SecretMemory

/// What the daemon keeps: records, attempts and totals of one DX instance, and claims on its credentials.
///
/// An object belongs to one thread or serial queue at a time. Whatever a call stores is durable when it returns; in
/// a transaction, when the outermost `transaction` returns.
package protocol DurableState: AnyObject {
  /// Turns to the state of another DX instance, named by its `APISettings.url`; the one before keeps its own.
  func use(instance url: String) throws(StateError)

  /// The key of this state's fingerprints: 32 random bytes, made with the state.
  func fingerprintKey() throws(StateError) -> SecretBytes

  /// Makes everything that `body` stores one durable commit, for a whole turn of the loop.
  ///
  /// Nothing of it is kept when `body`, any call in it or the commit fails. A transaction within a transaction is a
  /// part of it.
  func transaction<Result>(_ body: () throws(StateError) -> Result) throws(StateError) -> Result

  /// What is known about the instance as a whole; a new record if nothing is.
  func instance() throws(StateError) -> InstanceRecord

  /// Stores what is known about the instance as a whole.
  func save(_ instance: InstanceRecord) throws(StateError)

  /// All records of the instance, by connection and id.
  func records() throws(StateError) -> [CredentialRecord]

  /// The record of one credential; nil if it was never stored.
  func record(for key: CredentialKey) throws(StateError) -> CredentialRecord?

  /// Stores a record, whatever its revision.
  ///
  /// - Returns: its new revision. One that is not the given record's plus one tells that another process has stored it
  ///   in between, which a claim held since the record was read rules out.
  @discardableResult
  func save(_ record: CredentialRecord) throws(StateError) -> Int64

  /// Stores an attempt that is about to be sent (rule 11).
  ///
  /// - Returns: its number, larger than those of all attempts before.
  func begin(_ attempt: Attempt) throws(StateError) -> Int64

  /// Stores how an attempt ended and counts it; one that has ended already stays as it is.
  func finish(_ number: Int64, _ outcome: Attempt.Outcome, at time: WallTime) throws(StateError)

  /// Attempts without an outcome, oldest first.
  ///
  /// One was interrupted only if its credential can be claimed; else another process is still at it.
  func unfinishedAttempts() throws(StateError) -> [Attempt]

  /// Attempts, newest first; of these credentials or of all, without a limit where it is nil.
  ///
  /// The store keeps the newest `keptAttempts` of each credential, and all unfinished ones.
  func history(keys: [CredentialKey]?, limit: Int?) throws(StateError) -> [Attempt]

  /// Claims a credential for this object, until it is released or the process ends.
  ///
  /// - Returns: false if another holds it. A credential that this object holds already is still its own: true.
  func claim(_ key: CredentialKey) throws(StateError) -> Bool

  /// Releases a claim; nothing happens if there is none.
  func release(_ key: CredentialKey)

  /// Adds an amount, 0 or more, to a total, which starts at 0 and survives restarts.
  ///
  /// The name is what is counted, as metrics call it; the label, which may be empty, is which part of it.
  func count(_ name: String, label: String, by amount: Int64) throws(StateError)

  /// All totals of the instance, by name and label.
  ///
  /// `finish` counts `attempts`, labelled with the outcome's name.
  func totals() throws(StateError) -> [Total]
}

extension DurableState {
  /// How many attempts of a credential are kept.
  package static var keptAttempts: Int { 200 }
}

/// Something counted since the state was made.
package struct Total: Hashable, Sendable {
  /// What is counted.
  package let name: String
  /// Which part of it; may be empty.
  package let label: String
  /// How much, 0 or more.
  package let value: Int64

  /// Makes a total.
  package init(name: String, label: String, value: Int64) {
    self.name = name
    self.label = label
    self.value = value
  }
}
