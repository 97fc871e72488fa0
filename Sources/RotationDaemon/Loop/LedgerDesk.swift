import Dispatch
import RotationEngine
import StateStore

/// Where the loop has its turns written down: here, at once; or, in a cluster, what concerns credentials in the state that
/// all nodes share, on a queue of its own, since that is far away.
///
/// One turn is written at a time. All calls are the loop's.
final class LedgerDesk: @unchecked Sendable {
  // All but the shared ledger is confined to the loop's queue; that is why @unchecked holds.

  /// The ledger that nodes share, confined to its queue; that is why @unchecked holds.
  struct Shared: @unchecked Sendable {
    let ledger: AttemptLedger
    /// Where its state may be called, which makes its caller wait.
    let queue: DispatchQueue
  }

  private let state: any DurableState
  private let ledger: AttemptLedger
  private let shared: Shared?
  private let queue: DispatchQueue
  /// Whether a turn is being written down.
  private(set) var isWriting = false
  /// Whether everything that was decided of credentials is on disk.
  private(set) var isWritten = true
  /// Why the state could not be written the last time; nil: it could.
  private(set) var failure: StateError?

  /// Makes a desk.
  ///
  /// - Parameters:
  ///   - state: this node's own state.
  ///   - clock: where the time of an outcome comes from.
  ///   - shared: the ledger that nodes share; nil: there is one node.
  ///   - queue: the loop's queue.
  init(state: any DurableState, clock: SystemClock, shared: Shared? = nil, queue: DispatchQueue) {
    self.state = state
    ledger = AttemptLedger(state: state) { clock.wall }
    self.shared = shared
    self.queue = queue
  }

  /// Writes a turn's decisions down, and what the channels have still to be told.
  ///
  /// `written` is called before this returns, or in a later turn of the loop's queue.
  func commit(
    _ effects: [Effect], alerts: AlertOutbox?, written: @escaping (AttemptLedger.Entry) -> Void
  ) {
    guard let shared else {
      let entry = ledger.commit(effects, writeMore: alerts?.unwritten)
      failure = ledger.failure
      alerts?.tell(isWritten: failure == nil)
      return written(entry)
    }
    // What is this node's own: its instance record, its figures, what its channels have to be told.
    _ = ledger.commit(effects.filter(\.isOwn), writeMore: own(effects, alerts?.unwritten))
    alerts?.tell(isWritten: ledger.failure == nil)
    isWriting = true
    let taken = UncheckedBox(written)
    shared.queue.async { [self] in
      let entry = shared.ledger.commit(effects.filter { !$0.isOwn })
      let (isWritten, failure) = (shared.ledger.isWritten, shared.ledger.failure)
      queue.async {
        self.isWriting = false
        self.isWritten = isWritten
        self.failure = failure ?? self.ledger.failure
        taken.value(entry)
      }
    }
  }

  private func own(
    _ effects: [Effect], _ more: (() throws(StateError) -> Void)?
  ) -> (() throws(StateError) -> Void)? {
    let outcomes = effects.compactMap { effect -> Attempt.Outcome? in
      if case .finish(_, let outcome) = effect { outcome } else { nil }
    }
    guard !outcomes.isEmpty || more != nil else { return nil }
    return { [state] () throws(StateError) in
      for outcome in outcomes { try state.count("attempts", label: outcome.name, by: 1) }
      try more?()
    }
  }

  /// Gives up the claims on attempts that an earlier run left without an outcome.
  func release(_ attempts: [Attempt]) {
    inTurn { $0.release(attempts) }
  }

  /// Forgets what is not written down yet of credentials that another node may work on already.
  func forget(_ keys: Set<CredentialKey>) {
    inTurn { $0.forget(keys) }
  }

  private func inTurn(_ change: @escaping @Sendable (AttemptLedger) -> Void) {
    guard let shared else { return change(ledger) }
    shared.queue.async { change(shared.ledger) }
  }
}

extension Effect {
  /// Whether it concerns this node rather than a credential.
  fileprivate var isOwn: Bool {
    if case .saveInstance = self { true } else { false }
  }
}
