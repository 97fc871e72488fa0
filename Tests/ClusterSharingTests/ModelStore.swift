import RotationEngine

@testable import ClusterSharing

/// The store that nodes share, as far as sharing needs it: leases, members under them, claims under them.
struct ModelStore {
  private struct Entry {
    var life: TimeSpan
    var endsAt: TimeSpan
    var member: ClusterMember
  }

  var isDown = false
  private var leases: [Lease.ID: Entry] = [:]
  private(set) var claims: [CredentialKey: Lease.ID] = [:]
  private var lastLease: Lease.ID = 0

  /// What a new lease lives.
  var life = TimeSpan.seconds(15)

  /// While the store is down its leases do not end: it has no leader to end them.
  mutating func expire(at now: TimeSpan) {
    guard !isDown else { return }
    let ended = leases.filter { $0.value.endsAt <= now }.keys
    guard !ended.isEmpty else { return }
    for id in ended { leases[id] = nil }
    claims = claims.filter { leases[$0.value] != nil }
  }

  /// Carries a request out.
  mutating func serve(
    _ effect: ClusterEffect, sentAt: TimeSpan, at now: TimeSpan
  ) -> ClusterEvent? {
    switch effect {
    case .join(let member):
      lastLease += 1
      leases[lastLease] = Entry(life: life, endsAt: now + life, member: member)
      return .joined(sentAt: sentAt, .success(Lease(id: lastLease, life: life)))
    case .beat(let lease, let member):
      guard leases[lease] != nil else {
        return .beatEnded(lease: lease, sentAt: sentAt, .failure(.leaseOver))
      }
      leases[lease]?.endsAt = now + life
      leases[lease]?.member = member
      return .beatEnded(
        lease: lease, sentAt: sentAt, .success(Roster(Array(membersByName.values))))
    case .take(let lease, let keys):
      guard leases[lease] != nil else { return .failed(lease: lease, keys) }
      let won = keys.filter { claims[$0] == nil || claims[$0] == lease }
      for key in won { claims[key] = lease }
      return .taken(lease: lease, won, refused: keys.filter { !won.contains($0) })
    case .release(let lease, let keys):
      for key in keys where claims[key] == lease { claims[key] = nil }
      return .released(lease: lease, keys)
    case .follow, .letGo, .drop, .suspend, .resume: return nil
    }
  }

  /// A node that died and is back may have two leases for a while; its name is one.
  private var membersByName: [NodeName: ClusterMember] {
    Dictionary(
      leases.sorted { $0.key < $1.key }.map { ($0.value.member.name, $0.value.member) }
    ) { _, newer in newer }
  }
}

extension ClusterEffect {
  /// What a node is told of a request that was not answered in time.
  func unanswered(sentAt: TimeSpan) -> ClusterEvent {
    switch self {
    case .join: .joined(sentAt: sentAt, .failure(.unavailable("no answer")))
    case .beat(let lease, _):
      .beatEnded(lease: lease, sentAt: sentAt, .failure(.unavailable("no answer")))
    case .take(let lease, let keys), .release(let lease, let keys): .failed(lease: lease, keys)
    case .follow, .letGo, .drop, .suspend, .resume: .tick
    }
  }
}

/// Random numbers that are the same in every run (SplitMix64).
struct SystemlessDice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ probability: Double) -> Bool {
    Double.random(in: 0..<1, using: &self) < probability
  }

  mutating func span(_ most: TimeSpan) -> TimeSpan {
    .milliseconds(Int64.random(in: 0...most.milliseconds, using: &self))
  }
}
