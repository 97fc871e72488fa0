import ClusterSharing
import Dispatch
import RotationEngine
import StateStore

/// A node's part in a cluster: does with etcd what its `ClusterNode` decides.
///
/// All of it happens on the client's queue, which is where the handlers are called too.
package final class Membership: @unchecked Sendable {
  // @unchecked, because all state belongs to the client's queue.

  /// What the daemon is told.
  package struct Handlers: Sendable {
    /// There is another lease, or none.
    package var leaseChanged: @Sendable (Lease.ID?) -> Void
    /// Work on these from now on; with the revision of etcd in which each claim came to be.
    package var follow: @Sendable ([CredentialKey: Int64]) -> Void
    /// Begin nothing more for these, and call `drained`.
    package var letGo: @Sendable ([CredentialKey]) -> Void
    /// Another node may work on these already: forget them, and store nothing.
    package var drop: @Sendable ([CredentialKey]) -> Void
    /// Whether sending may go on; ends what is being sent where it may not.
    package var mayGoOn: @Sendable (Bool) -> Void
    /// Whether etcd does what is asked of it; nil: it does, else why not.
    package var trouble: @Sendable (ClusterFailure?) -> Void
    /// Who tells of which alert, as the last heartbeat found it; called after `trouble`.
    package var alerts: @Sendable ([AlertKind: AlertClaims.Claim]) -> Void

    /// Names all handlers.
    package init(
      leaseChanged: @escaping @Sendable (Lease.ID?) -> Void,
      follow: @escaping @Sendable ([CredentialKey: Int64]) -> Void,
      letGo: @escaping @Sendable ([CredentialKey]) -> Void,
      drop: @escaping @Sendable ([CredentialKey]) -> Void,
      mayGoOn: @escaping @Sendable (Bool) -> Void,
      trouble: @escaping @Sendable (ClusterFailure?) -> Void,
      alerts: @escaping @Sendable ([AlertKind: AlertClaims.Claim]) -> Void
    ) {
      self.leaseChanged = leaseChanged
      self.follow = follow
      self.letGo = letGo
      self.drop = drop
      self.mayGoOn = mayGoOn
      self.trouble = trouble
      self.alerts = alerts
    }
  }

  /// Whether, and until when, sends may be begun; any thread may ask.
  package let right = SendingRight()

  /// Where other nodes' questions go.
  private let post: NodePost?
  private let queue: DispatchQueue
  let requests: MembershipRequests
  private let handlers: Handlers
  private let version: String
  private let since: WallTime
  var node: ClusterNode
  private let timer: any DispatchSourceTimer
  /// What the others were last told, and what they have to be told.
  var told: MemberValue?
  var digest: UInt64
  /// Configurations of other nodes that are not this one's, by their digests.
  var others: [UInt64: Set<CredentialKey>] = [:]
  /// The claims that were taken, with the revision in which each came to be; those that may have been taken are not here.
  var claimed: MembershipRequests.Taken = [:]
  /// The place in the cluster, as it was written last; nil: there is none.
  var registration: MembershipRequests.Registration?
  /// Whether a request that takes claims may still be on its way: the own key has to be written anew, which ends it.
  var isInDoubt = false
  private var isStopped = false

  /// Makes a node that does nothing before `start`.
  ///
  /// - Parameters:
  ///   - client: the way to etcd; its timeout should be no longer than a heartbeat (`ClusterTiming`).
  ///   - keys: the keys of the DX instance.
  ///   - name: this node's name.
  ///   - lease: how long its lease lives, in whole seconds, 2 or more.
  ///   - identification: what tells the key of its fingerprints from another.
  ///   - configured: the credentials of its configuration.
  ///   - version: this program's.
  ///   - since: now, on the wall clock.
  ///   - post: where other nodes' questions go.
  ///   - handlers: what to call.
  package init(
    client: EtcdClient, keys: ClusterKeys, name: NodeName, lease: TimeSpan,
    identification: [UInt8], configured: Set<CredentialKey>, version: String, since: WallTime,
    post: NodePost? = nil,
    handlers: Handlers
  ) {
    self.post = post
    queue = client.queue
    requests = MembershipRequests(
      client: client, keys: keys, node: name, lease: lease, identification: identification)
    node = ClusterNode(name: name, configured: configured, timing: ClusterTiming(lease: lease))
    digest = ConfiguredCredentials.digest(of: configured)
    self.version = version
    self.since = since
    self.handlers = handlers
    timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .distantFuture)
    timer.setEventHandler { [weak self] in self?.tell(.tick) }
    timer.activate()
  }

  deinit { timer.cancel() }

  /// Begins to ask for a lease.
  package func start() { tell(.tick) }

  /// Takes another configuration.
  package func configure(_ keys: Set<CredentialKey>) {
    queue.async { [self] in
      digest = ConfiguredCredentials.digest(of: keys)
      tell(.configured(keys))
    }
  }

  /// Says which sources cannot be read here.
  package func yield(_ keys: Set<CredentialKey>) {
    queue.async { [self] in
      if node.member.yielded != keys { tell(.unreadable(keys)) }
    }
  }

  /// Says that nothing is under way any more for credentials that were to be let go.
  package func drained(_ keys: [CredentialKey]) { queue.async { self.tell(.drained(keys)) } }

  /// Ends the lease, and with it every claim; `ended` is called when etcd has done so, or could not be asked.
  package func stop(_ ended: @escaping @Sendable () -> Void) {
    queue.async { [self] in
      isStopped = true
      timer.cancel()
      right.end()
      guard let lease = node.lease else { return ended() }
      requests.client.revoke(lease: lease.id) { _ in ended() }
    }
  }

  func tell(_ event: ClusterEvent) {
    queue.async { [self] in
      guard !isStopped else { return }
      let effects = node.handle(event, at: SteadyClock.now)
      right.extend(to: node.safeUntil)
      for effect in effects { carryOut(effect) }
      let next = node.nextDeadline.map { max(.zero, $0 - SteadyClock.now) }
      timer.schedule(
        deadline: next.map { .now() + .milliseconds(Int($0.milliseconds) + 1) } ?? .distantFuture)
    }
  }

  private func carryOut(_ effect: ClusterEffect) {
    switch effect {
    case .join(let member): join(member)
    case .beat(let lease, let member): beat(lease, member)
    case .take(let lease, let claims): take(lease, claims)
    case .release(let lease, let claims): release(lease, claims)
    case .follow(let keys):
      handlers.follow(claimed.filter { keys.contains($0.key) })
    case .letGo(let keys): handlers.letGo(keys)
    case .drop(let keys): handlers.drop(keys)
    case .suspend:
      right.end()
      handlers.mayGoOn(false)
    case .resume: handlers.mayGoOn(true)
    }
  }

  private func join(_ member: ClusterMember) {
    let value = value(of: member)
    let sentAt = SteadyClock.now
    claimed = [:]
    requests.join(value, pages: ConfiguredCredentials.pages(of: member.configured)) {
      [weak self] result in
      guard let self else { return }
      switch result {
      case .success(let registration):
        told = value
        self.registration = registration
        handlers.leaseChanged(registration.lease.id)
        handlers.trouble(nil)
      case .failure(let failure):
        handlers.trouble(failure)
      }
      tell(.joined(sentAt: sentAt, result.map(\.lease)))
    }
  }

  private func beat(_ lease: Lease.ID, _ member: ClusterMember) {
    let value = value(of: member)
    let isNews = told != value || isInDoubt
    isInDoubt = false
    let pages =
      told?.digest == value.digest ? [] : ConfiguredCredentials.pages(of: member.configured)
    let sentAt = SteadyClock.now
    requests.beat(lease, isNews ? (value, pages) : nil) { [weak self] result in
      guard let self else { return }
      switch result {
      case .success(let found):
        note(found, lease, value)
        handlers.trouble(nil)
        handlers.alerts(AlertClaims.read(found.alerts, requests.keys))
        post?.take(found.questions, under: lease)
        roster(found.members, member) { [weak self] roster in
          // What is in doubt since is not settled by this one.
          guard let self, let roster, !isInDoubt else {
            let failure = ClusterFailure.unavailable("it did not tell who is there")
            self?.tell(.beatEnded(lease: lease, sentAt: sentAt, .failure(failure)))
            return
          }
          tell(.beatEnded(lease: lease, sentAt: sentAt, .success(roster)))
        }
      case .failure(let failure):
        told = nil
        if failure == .leaseOver { handlers.leaseChanged(nil) }
        handlers.trouble(failure)
        tell(.beatEnded(lease: lease, sentAt: sentAt, .failure(failure)))
      }
    }
  }

  private func value(of member: ClusterMember) -> MemberValue {
    MemberValue(version: version, since: since, member, digest: digest)
  }
}
