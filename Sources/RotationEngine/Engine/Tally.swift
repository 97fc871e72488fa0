/// What STATUS and the summary count, kept up to date one credential at a time.
public struct Tally: Hashable, Sendable {
  /// How many credentials are in each state.
  public private(set) var byState: [CredentialState: Int] = [:]
  /// How many credentials need a person.
  public private(set) var needingAttention = 0
  /// How many sends were accepted since the start.
  public internal(set) var accepted = 0
  /// How often DX asked to slow down since the start.
  public internal(set) var throttled = 0

  /// How many credentials are watched.
  public var watched: Int {
    byState.reduce(0) { $0 + ($1.key == .disabled ? 0 : $1.value) }
  }

  mutating func add(_ view: CredentialView) { count(view, 1) }

  mutating func replace(_ before: CredentialView, by after: CredentialView) {
    count(before, -1)
    count(after, 1)
  }

  mutating func forgetCredentials() {
    byState = [:]
    needingAttention = 0
  }

  private mutating func count(_ view: CredentialView, _ difference: Int) {
    byState[view.state, default: 0] += difference
    needingAttention += view.needsAttention ? difference : 0
  }
}
