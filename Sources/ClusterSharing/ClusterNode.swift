import RotationEngine

/// One node's part in a cluster: when it may send, and which credentials it works on.
///
/// A pure value, like the engine: it is told what happened, with the time on a clock that never jumps and goes on in
/// suspend (CLOCK_BOOTTIME), and answers with what to do. Two nodes never send for one credential at a time, because a
/// node sends only for what it has claimed under its lease, and stops a margin before the lease can have ended.
public struct ClusterNode {
  /// Where the node stands in the cluster.
  enum Standing: Hashable {
    /// It has no lease; `next` is when it asks for one, nil while one is asked for. → inside
    case outside(next: TimeSpan?)
    /// It has a lease. → outside, when etcd says that it is over
    case inside(Membership)
  }

  /// A lease, and the heartbeats that renew it.
  struct Membership: Hashable {
    var lease: Lease
    /// Until when claims under it hold for certain.
    var safeUntil: TimeSpan
    /// When the next heartbeat is; nil while one is under way.
    var nextBeat: TimeSpan?
  }

  let timing: ClusterTiming
  /// What the others are to know of this node.
  public private(set) var member: ClusterMember
  private(set) var standing = Standing.outside(next: .zero)
  /// Whether the lease may be over, so that nothing is sent.
  private var isSuspended = false
  private var share = Share()
  private var effects: [ClusterEffect] = []

  /// Makes a node that asks for a lease at the first `tick`.
  public init(name: NodeName, configured: Set<CredentialKey>, timing: ClusterTiming) {
    self.timing = timing
    member = ClusterMember(name: name, configured: configured)
  }

  /// When `handle(.tick)` is to be called at the latest, on the steady clock; nil: an answer comes first.
  public var nextDeadline: TimeSpan? {
    switch standing {
    case .outside(let next): return next
    case .inside(let membership):
      let end = isSuspended ? nil : membership.safeUntil
      return [membership.nextBeat, end].compactMap { $0 }.min()
    }
  }

  /// The lease, while there is one.
  public var lease: Lease? {
    if case .inside(let membership) = standing { membership.lease } else { nil }
  }

  /// Until when what is claimed holds for certain, on the steady clock.
  public var safeUntil: TimeSpan {
    if case .inside(let membership) = standing { membership.safeUntil } else { .zero }
  }

  /// Whether a send for this credential may begin, or go on.
  public func maySend(_ key: CredentialKey, at now: TimeSpan) -> Bool {
    now < safeUntil && share.isWorkedOn(key)
  }

  /// The credentials that this node works on, those aside that it is about to give up.
  public var held: Set<CredentialKey> { share.held }

  /// Takes an event in and says what to do.
  public mutating func handle(_ event: ClusterEvent, at now: TimeSpan) -> [ClusterEffect] {
    effects = []
    take(event, now)
    pass(now)
    return effects
  }

  private mutating func take(_ event: ClusterEvent, _ now: TimeSpan) {
    switch event {
    case .tick: break
    case .joined(let sentAt, .success(let lease)): joined(lease, sentAt, now)
    case .joined(_, .failure): standing = .outside(next: now + timing.heartbeat)
    case .beatEnded(let lease, let sentAt, let result):
      guard isCurrent(lease) else { return }
      switch result {
      case .success(let roster): renewed(sentAt, roster, now)
      case .failure(.unavailable), .failure(.refused): beat(at: now + timing.heartbeat)
      case .failure(.leaseOver): leaseEnded(now)
      }
    case .taken(let lease, let won, let refused):
      if isCurrent(lease) { effects += share.taken(won, refused: refused) }
    case .released(let lease, let keys):
      if isCurrent(lease) { share.released(keys) }
    case .failed(let lease, let keys):
      if isCurrent(lease) { share.unsure(keys) }
    case .drained(let keys):
      if case .inside(let membership) = standing {
        effects += share.drained(keys, lease: membership.lease.id)
      }
    case .configured(let keys):
      member.configured = keys
      tellTheOthers(now)
    case .unreadable(let keys):
      member.yielded = keys
      tellTheOthers(now)
    }
  }

  private func isCurrent(_ lease: Lease.ID) -> Bool {
    if case .inside(let membership) = standing { membership.lease.id == lease } else { false }
  }

  /// What others go by has changed: they learn it with the next heartbeat, which is now.
  private mutating func tellTheOthers(_ now: TimeSpan) {
    share.isStale = true
    if case .inside(let membership) = standing, membership.nextBeat != nil { beat(at: now) }
  }

  private mutating func beat(at time: TimeSpan) {
    guard case .inside(var membership) = standing else { return }
    membership.nextBeat = time
    standing = .inside(membership)
  }

  private mutating func joined(_ lease: Lease, _ sentAt: TimeSpan, _ now: TimeSpan) {
    standing = .inside(
      Membership(lease: lease, safeUntil: safeUntil(lease, sentAt), nextBeat: now))
    share.isStale = true
    resume(now)
  }

  private mutating func renewed(_ sentAt: TimeSpan, _ roster: Roster, _ now: TimeSpan) {
    guard case .inside(var membership) = standing else { return }
    membership.safeUntil = safeUntil(membership.lease, sentAt)
    membership.nextBeat = max(now, sentAt + timing.heartbeat)
    standing = .inside(membership)
    resume(now)
    if !isSuspended { effects += share.follow(roster, member, lease: membership.lease.id) }
  }

  private mutating func resume(_ now: TimeSpan) {
    guard isSuspended, case .inside(let membership) = standing, now < membership.safeUntil else {
      return
    }
    isSuspended = false
    effects.append(.resume)
  }

  private mutating func suspend() {
    guard !isSuspended else { return }
    isSuspended = true
    effects.append(.suspend)
  }

  private func safeUntil(_ lease: Lease, _ sentAt: TimeSpan) -> TimeSpan {
    sentAt + lease.life - timing.margin
  }

  /// Other nodes may hold what this one held.
  private mutating func leaseEnded(_ now: TimeSpan) {
    suspend()
    effects += share.lost()
    standing = .outside(next: now)
  }

  /// Does what its time has come for.
  private mutating func pass(_ now: TimeSpan) {
    switch standing {
    case .outside(let next):
      guard let next, next <= now else { return }
      standing = .outside(next: nil)
      effects.append(.join(member))
    case .inside(var membership):
      if membership.safeUntil <= now { suspend() }
      if let next = membership.nextBeat, next <= now {
        membership.nextBeat = nil
        effects.append(.beat(lease: membership.lease.id, member))
      }
      standing = .inside(membership)
    }
  }
}
