import RotationEngine
import StateStore

/// What a transaction is to write, before any of it is sent.
struct PendingWrites {
  /// What belongs to one credential, or to none: it is sent together.
  struct Part {
    var comparisons: [EtcdTransaction.Comparison] = []
    var keys: [String] = []
  }

  /// By key; nil deletes it.
  private(set) var values: [String: [UInt8]?] = [:]
  /// In the order in which they came up.
  private(set) var parts: [(owner: CredentialKey?, part: Part)] = []
  private var indices: [CredentialKey?: Int] = [:]

  /// The revisions under which records are to be stored, by key.
  var revisions: [String: Int64] = [:]
  /// What is to be added to this node's totals.
  var counts: [TotalName: Int64] = [:]
  /// Keys of claims that are to be given up.
  var releases: [String] = []
  /// The numbers of the attempts that begin.
  var begun: [Int64] = []
  /// The numbers of the attempts that end.
  var ended: Set<Int64> = []
  /// Where attempts are added to those that have ended: prefixes of keys.
  var histories: [String: CredentialKey] = [:]
  /// The first failure of a call within.
  var failure: StateError?

  /// Writes a value, or deletes it.
  mutating func set(_ key: String, to value: [UInt8]?, for owner: CredentialKey?) {
    if values.updateValue(value, forKey: key) == nil { part(of: owner) { $0.keys.append(key) } }
  }

  /// Takes back what was to be written to a key.
  mutating func forget(_ key: String, for owner: CredentialKey?) {
    values.removeValue(forKey: key)
    part(of: owner) { part in part.keys.removeAll { $0 == key } }
  }

  /// Demands something of what is written for a credential.
  mutating func demand(_ comparison: EtcdTransaction.Comparison, for owner: CredentialKey?) {
    part(of: owner) { part in
      if !part.comparisons.contains(comparison) { part.comparisons.append(comparison) }
    }
  }

  private mutating func part(of owner: CredentialKey?, _ change: (inout Part) -> Void) {
    let index: Int
    if let known = indices[owner] {
      index = known
    } else {
      index = parts.count
      parts.append((owner, Part()))
      indices[owner] = index
    }
    change(&parts[index].part)
  }
}
