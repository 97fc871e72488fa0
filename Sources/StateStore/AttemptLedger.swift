import RotationEngine

/// Writes down what the engine decided, before anything of it happens (rule 11).
///
/// All of a turn is one durable commit. What could not be written is kept and written with the next turn, and nothing
/// is sent meanwhile.
package final class AttemptLedger {
  /// What came of a turn.
  package struct Entry {
    /// The attempts that are on disk and may be sent.
    package var recorded: [Attempt] = []
    /// Those that may not, and why.
    package var declined: [(CredentialKey, DeclineReason)] = []
  }

  private let state: any DurableState
  private let now: () -> WallTime
  /// The attempts under way, by their numbers in the store.
  private var open: [CredentialKey: Int64] = [:]
  /// What is decided but not yet on disk.
  private var unwritten: [Effect] = []
  /// The revision under which each record was stored last, by this process.
  private var revisions: [CredentialKey: Int64] = [:]

  /// Why the state could not be written the last time; nil: it could.
  package private(set) var failure: StateError?

  /// Makes the ledger of one process; `now` is what the wall clock says when an outcome is written.
  package init(state: any DurableState, now: @escaping () -> WallTime) {
    self.state = state
    self.now = now
  }

  /// Whether everything that was decided is on disk.
  package var isWritten: Bool { unwritten.isEmpty }

  /// Writes a turn's decisions down.
  ///
  /// - Parameters:
  ///   - effects: the decisions.
  ///   - writeMore: stores what belongs into the same transaction; called anew where that has to be begun anew.
  /// - Returns: what came of it.
  package func commit(
    _ effects: [Effect], writeMore: (() throws(StateError) -> Void)? = nil
  ) -> Entry {
    unwritten += effects.filter(\.isDurable)
    var entry = Entry()
    var sends: [Attempt] = []
    for case .send(let attempt) in effects {
      if claims(attempt.key, &entry) { sends.append(attempt) }
    }
    guard !unwritten.isEmpty || !sends.isEmpty || writeMore != nil else { return entry }
    while true {
      var conflict: CredentialKey?
      do {
        let numbered = try write(sends, writeMore, &conflict)
        failure = nil
        settle(sends: numbered)
        entry.recorded = numbered
        return entry
      } catch {
        conflict = conflict ?? overtaken(error)
        guard let key = conflict else {
          failure = error
          for attempt in sends { decline(attempt.key, .unrecordable(error.description), &entry) }
          unwritten = Self.compacted(unwritten)
          return entry
        }
        sends.removeAll { $0.key == key }
        yield(key, &entry)
      }
    }
  }

  /// The credential that another node of a cluster has got, or has stored, where that is why a turn was not written.
  ///
  /// Without what was decided of it here the rest can be written: it must not wait for what will never be.
  private func overtaken(_ error: StateError) -> CredentialKey? {
    switch error {
    case .superseded(let key):
      // Whoever has it now has closed what was under way here, or will.
      forget([key])
      return key
    case .outdated(let key): return key
    default: return nil
    }
  }

  /// Gives up the claims on attempts that an earlier run left without an outcome.
  package func release(_ attempts: [Attempt]) {
    for attempt in attempts where open[attempt.key] == nil { state.release(attempt.key) }
  }

  /// Forgets what is not written yet of credentials that another node of a cluster may work on already.
  package func forget(_ keys: Set<CredentialKey>) {
    unwritten.removeAll { effect in
      switch effect {
      case .save(let record): keys.contains(record.key)
      case .finish(let key, _), .close(_, let key, _): keys.contains(key)
      default: false
      }
    }
    for key in keys {
      open[key] = nil
      revisions[key] = nil
    }
  }

  private func claims(_ key: CredentialKey, _ entry: inout Entry) -> Bool {
    do {
      if try state.claim(key) { return true }
      entry.declined.append((key, .claimed))
    } catch {
      entry.declined.append((key, .unrecordable(error.description)))
    }
    return false
  }

  private func write(
    _ sends: [Attempt], _ writeMore: (() throws(StateError) -> Void)?,
    _ conflict: inout CredentialKey?
  ) throws(StateError) -> [Attempt] {
    let now = now()
    var found: CredentialKey?
    // Those of this commit alone: a copy of all of them would cost time with their number.
    var saved: [CredentialKey: Int64] = [:]
    defer { conflict = found }
    let attempts = try state.transaction { () throws(StateError) in
      for effect in unwritten {
        switch effect {
        case .save(let record):
          let revision = try state.save(record)
          // Another process has stored the record since this one was read: its word holds, but for what came of an
          // attempt under way here. Under this claim nobody else has sent anything that the record could tell.
          let isNext =
            revision == (saved[record.key] ?? revisions[record.key] ?? record.revision) + 1
          guard isNext || open[record.key] != nil else {
            found = record.key
            throw .busy(path: "the record of \(record.name)")
          }
          saved[record.key] = revision
        case .saveInstance(let instance): try state.save(instance)
        case .finish(let key, let outcome):
          if let number = open[key] { try state.finish(number, outcome, at: now) }
        case .close(let number, _, let outcome): try state.finish(number, outcome, at: now)
        default: break
        }
      }
      try writeMore?()
      var numbered: [Attempt] = []
      for var attempt in sends {
        attempt.number = try state.begin(attempt)
        numbered.append(attempt)
      }
      return numbered
    }
    revisions.merge(saved) { _, later in later }
    return attempts
  }

  private func settle(sends: [Attempt]) {
    let sending = Set(sends.map(\.key))
    for case .finish(let key, _) in unwritten {
      open[key] = nil
      if !sending.contains(key) { state.release(key) }
    }
    for attempt in sends { open[attempt.key] = attempt.number }
    unwritten.removeAll(keepingCapacity: true)
  }

  /// Gives way to what another process has stored.
  private func yield(_ key: CredentialKey, _ entry: inout Entry) {
    unwritten.removeAll { effect in
      if case .save(let record) = effect { record.key == key } else { false }
    }
    do {
      if let record = try state.record(for: key) {
        revisions[key] = record.revision
        decline(key, .outdated(record), &entry)
        return
      }
      decline(key, .claimed, &entry)
    } catch {
      decline(key, .unrecordable(error.description), &entry)
    }
  }

  private func decline(_ key: CredentialKey, _ reason: DeclineReason, _ entry: inout Entry) {
    if open[key] == nil { state.release(key) }
    entry.declined.append((key, reason))
  }

  /// Of several saves of one record only the last is wanted.
  private static func compacted(_ effects: [Effect]) -> [Effect] {
    var records: [CredentialKey: CredentialRecord] = [:]
    var instance: InstanceRecord?
    var others: [Effect] = []
    for effect in effects {
      switch effect {
      case .save(let record): records[record.key] = record
      case .saveInstance(let record): instance = record
      default: others.append(effect)
      }
    }
    let saves = records.values.sorted { $0.key < $1.key }.map { Effect.save($0) }
    return others + saves + [instance].compactMap { $0 }.map { Effect.saveInstance($0) }
  }
}

extension Effect {
  /// Whether it is written to the state, apart from attempts themselves.
  fileprivate var isDurable: Bool {
    switch self {
    case .save, .saveInstance, .finish, .close: true
    case .readSource, .discardValues, .readAPIKey, .useAPIKey, .send, .list, .info, .announce,
      .alert, .answer, .stopped:
      false
    }
  }
}
