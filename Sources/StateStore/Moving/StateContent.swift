import RotationEngine
import SecretMemory

/// What is moved of a state from one store to another: all that is known of the credentials of one DX instance.
///
/// What is a node's own stays where it is: whether DX takes its API key, what its channels have still to be told, totals.
package struct StateContent: Hashable, Sendable {
  /// By connection and id; revisions are their store's, and mean nothing here.
  package var records: [CredentialRecord]
  /// Oldest first; numbers are their store's, and mean nothing here.
  package var attempts: [Attempt]

  /// Takes over what a store has.
  package init(records: [CredentialRecord], attempts: [Attempt]) {
    self.records = records.sorted { $0.key < $1.key }
    self.attempts = attempts.sorted { ($0.at, $0.number) < ($1.at, $1.number) }
  }
}

/// A store whose content can be moved.
package protocol MovableState: AnyObject {
  /// What it has, as of one moment.
  func content() throws(StateError) -> StateContent

  /// Whether it knows nothing of any credential.
  func isVacant() throws(StateError) -> Bool

  /// Puts this in place of what it has.
  ///
  /// - Parameters:
  ///   - content: made with the key of fingerprints that is given.
  ///   - key: that key; nil: the store's own.
  /// - Throws: what keeps the store from being written; what it had is there then, or the import has to be done again.
  func replace(with content: StateContent, key: SecretBytes?) throws(StateError)
}
