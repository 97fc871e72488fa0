/// What STATUS and the summary count, kept up to date one credential at a time.
public struct Tally: Hashable, Sendable {
  /// How many credentials are in each state.
  public internal(set) var byState: [CredentialState: Int] = [:]
  /// How many credentials need a person.
  public internal(set) var needingAttention = 0
  /// How many sends were accepted since the start.
  public internal(set) var accepted = 0
  /// How often DX asked to slow down since the start.
  public internal(set) var throttled = 0

  private var counted: [Int: Counted] = [:]

  private struct Counted: Hashable {
    var state: CredentialState
    var needsAttention: Bool
  }

  /// How many credentials are watched.
  public var watched: Int {
    byState.reduce(0) { $0 + ($1.key == .disabled ? 0 : $1.value) }
  }

  mutating func replace(slot: Int, _ view: CredentialView) {
    if let before = counted[slot] {
      byState[before.state, default: 0] -= 1
      needingAttention -= before.needsAttention ? 1 : 0
    }
    counted[slot] = Counted(state: view.state, needsAttention: view.needsAttention)
    byState[view.state, default: 0] += 1
    needingAttention += view.needsAttention ? 1 : 0
  }

  mutating func forgetAll() {
    counted = [:]
    byState = [:]
    needingAttention = 0
  }
}
