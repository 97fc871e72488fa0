import RotationEngine

/// The credentials that are one node's, and those on their way to it or away from it.
struct Share {
  /// Where a credential stands; what is not listed is none of this node's.
  enum Holding: Hashable {
    /// Its claim was asked for. → held, or gone where another node has it
    case taking
    /// It is this node's. → leaving
    case held
    /// What is under way for it is waited for. → releasing
    case leaving
    /// Its claim is being given up. → gone
    case releasing
  }

  /// How many claims one request asks for or gives up: what etcd takes in one transaction by default (128 comparisons), but
  /// for a few that go with it.
  static let most = 120

  private var holdings: [CredentialKey: Holding] = [:]
  /// Those whose last request was not answered: its claim may stand or not.
  private var inDoubt: Set<CredentialKey> = []
  private var roster = Roster([])
  /// Whether something has changed since it was last worked out what is this node's.
  var isStale = false

  var held: Set<CredentialKey> { Set(holdings.lazy.filter { $0.value == .held }.map(\.key)) }

  func isWorkedOn(_ key: CredentialKey) -> Bool {
    switch holdings[key] {
    case .held, .leaving: true
    case .taking, .releasing, nil: false
    }
  }

  /// Follows who is alive, and asks again for what was not answered.
  mutating func follow(
    _ roster: Roster, _ member: ClusterMember, lease: Lease.ID
  ) -> [ClusterEffect] {
    let hasChanged = isStale || roster != self.roster
    guard hasChanged || !inDoubt.isEmpty else { return [] }
    self.roster = roster
    isStale = false
    let open = inDoubt
    inDoubt = []

    var wanted: [CredentialKey] = []
    var unwanted: [CredentialKey] = []
    var freed = open.filter { holdings[$0] == .releasing }
    let candidates = hasChanged ? member.configured.union(holdings.keys) : open
    for key in candidates {
      let isMine = member.configured.contains(key) && roster.owner(of: key) == member.name
      switch (holdings[key], isMine) {
      case (nil, true): wanted.append(key)
      case (.taking, true) where open.contains(key): wanted.append(key)
      // It may be this node's all the same, and nobody else could have it.
      case (.taking, false) where open.contains(key): freed.insert(key)
      case (.held, false): unwanted.append(key)
      // What is on its way goes its way first; the next look finds what it came to.
      case (.taking, _), (.leaving, _), (.releasing, _): isStale = true
      case (nil, false), (.held, true): break
      }
    }
    set(wanted, to: .taking)
    set(unwanted, to: .leaving)
    set(Array(freed), to: .releasing)
    return parts(of: wanted).map { .take(lease: lease, $0) }
      + (unwanted.isEmpty ? [] : [.letGo(unwanted.sorted())])
      + parts(of: Array(freed)).map { .release(lease: lease, $0) }
  }

  /// Claims were taken; who holds the refused ones may be about to give them up.
  mutating func taken(
    _ won: [CredentialKey], refused: [CredentialKey]
  ) -> [ClusterEffect] {
    let mine = won.filter { holdings[$0] == .taking }
    set(mine, to: .held)
    for key in refused where holdings[key] == .taking { holdings[key] = nil }
    isStale = isStale || !refused.isEmpty
    return mine.isEmpty ? [] : [.follow(mine)]
  }

  /// Nothing is under way any more for these.
  mutating func drained(_ keys: [CredentialKey], lease: Lease.ID) -> [ClusterEffect] {
    let free = keys.filter { holdings[$0] == .leaving }
    set(free, to: .releasing)
    return parts(of: free).map { .release(lease: lease, $0) }
  }

  mutating func released(_ keys: [CredentialKey]) {
    for key in keys where holdings[key] == .releasing { holdings[key] = nil }
  }

  /// What was asked of these was not answered.
  mutating func unsure(_ keys: [CredentialKey]) {
    inDoubt.formUnion(keys.filter { holdings[$0] == .taking || holdings[$0] == .releasing })
  }

  /// All claims are gone.
  mutating func lost() -> [ClusterEffect] {
    let dropped = holdings.keys.filter(isWorkedOn).sorted()
    self = Share()
    return dropped.isEmpty ? [] : [.drop(dropped)]
  }

  private mutating func set(_ keys: [CredentialKey], to holding: Holding) {
    for key in keys { holdings[key] = holding }
  }

  private func parts(of keys: [CredentialKey]) -> [[CredentialKey]] {
    let sorted = keys.sorted()
    return stride(from: 0, to: sorted.count, by: Self.most).map {
      Array(sorted[$0..<min($0 + Self.most, sorted.count)])
    }
  }
}
