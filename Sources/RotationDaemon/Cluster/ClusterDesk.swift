import ClusterSharing
import ClusterState
import Dispatch
import RotationEngine
import StateStore

/// The loop's part in a cluster: it works on the credentials that are this node's, as its membership says.
///
/// All calls are the loop's, and what the membership tells comes over the loop's queue too.
final class ClusterDesk: @unchecked Sendable {
  // What is under `shared` is confined to the shared state's queue, and all else to the loop's: why @unchecked holds.

  private let loop: RotationLoop
  private let access: ClusterAccess
  private let alerts: AlertShare
  private let others: OtherNodes
  private var membership: Membership?
  private var yields: Yields

  /// The whole configuration.
  private var settings: Settings
  /// What is this node's, by its claims; what is stored of it may still be on its way.
  private var claimed: Set<CredentialKey> = []
  /// What the loop works on.
  private var share: Set<CredentialKey> = []
  /// What is to be given up once nothing is under way for it.
  private var leaving: Set<CredentialKey> = []
  /// Why what is stored of claimed credentials cannot be read.
  private var stateTrouble: ClusterFailure?

  /// shared: claims whose records have to be read.
  private var unread: Set<CredentialKey> = []

  /// Makes a desk for a loop that has no credentials yet.
  init(
    loop: RotationLoop, control: ControlDesk, access: ClusterAccess, settings: Settings,
    _ cluster: ClusterSettings
  ) {
    self.loop = loop
    self.access = access
    self.settings = settings
    yields = Yields(patience: cluster.lease, pause: settings.api.pollInterval)
    alerts = AlertShare(
      queue: loop.queue,
      claims: AlertClaims(client: access.client, keys: access.keys, node: access.node),
      patience: settings.alert.after)
    let post = NodePost(
      client: access.client, keys: access.keys, node: access.node,
      asked: OtherNodes.answering(control, on: loop.queue))
    others = OtherNodes(loop: loop, access: access, post: post)
    control.others = others
    alerts.gained = { [weak self] in self?.tell($0) }
    loop.alerts?.tells = { [alerts] in alerts.tells($0) }
    let membership = Membership(
      client: access.client, keys: access.keys, name: NodeName(access.node),
      lease: cluster.lease, identification: access.identification, configured: settings.enabledKeys,
      version: Program.version,
      since: loop.clock.wall, post: post, handlers: handlers)
    self.membership = membership
    let right = membership.right
    loop.permit = right.permit
    access.queue.async { [access] in access.state.right = right }
  }

  /// Asks for a place in the cluster.
  func start() { membership?.start() }

  /// Gives the place up, and with it every claim; `ended` is called on the loop's queue.
  func stop(_ ended: @escaping () -> Void) {
    let taken = UncheckedBox(ended)
    guard let membership else { return ended() }
    membership.stop { [queue = loop.queue] in queue.async { taken.value() } }
  }

  /// Takes another configuration of the same cluster.
  func reload(_ settings: Settings) {
    self.settings = settings
    alerts.patience = settings.alert.after
    membership?.configure(settings.enabledKeys)
    loop.reload(ownSettings, records: [])
  }

  /// The loop's turn has ended: what nothing is under way for any more can be given up.
  func turnEnded() {
    guard !leaving.isEmpty, loop.isDone(with: leaving) else { return }
    let keys = leaving.sorted()
    leaving = []
    // Another node stores their records from now on: revisions that are known here are of no use any more.
    loop.forget(Set(keys))
    access.queue.async { [access, membership] in
      access.state.letGo(keys)
      membership?.drained(keys)
    }
  }

  // MARK: What the membership tells

  private var handlers: Membership.Handlers {
    Membership.Handlers(
      leaseChanged: inLoop { $0.use($1) }, follow: inLoop { $0.follow($1) },
      letGo: inLoop { $0.letGo($1) }, drop: inLoop { $0.drop($1) },
      mayGoOn: inLoop { desk, isSo in if !isSo { desk.loop.endRequests() } },
      trouble: inLoop { $0.beat($1) }, alerts: inLoop { $0.review($1) })
  }

  private func inLoop<Value: Sendable>(
    _ take: @escaping @Sendable (ClusterDesk, Value) -> Void
  ) -> @Sendable (Value) -> Void {
    { [weak self, queue = loop.queue] value in
      queue.async { [weak self] in
        if let self { take(self, value) }
      }
    }
  }

  private func use(_ lease: Lease.ID?) {
    alerts.use(lease)
    others.lease = lease
    access.queue.async { [access] in access.state.lease = lease }
  }

  private func follow(_ claims: [CredentialKey: Int64]) {
    claimed.formUnion(claims.keys)
    access.queue.async { [self] in
      access.state.keep(claims)
      unread.formUnion(claims.keys)
      readUnread()
    }
  }

  /// shared: reads what is stored of everything that was claimed since; again and again while that fails.
  private func readUnread() {
    let keys = unread
    guard !keys.isEmpty else { return told(nil) }
    do throws(StateError) {
      let records = try access.state.records().filter { keys.contains($0.key) }
      let unfinished = try access.state.unfinishedAttempts().filter { keys.contains($0.key) }
      unread = []
      told(nil)
      loop.queue.async { self.took(keys, records, unfinished) }
    } catch {
      // With anything but silence it is this node's own trouble.
      if case .unreachable = error {
        told(.unavailable(error.description))
      } else {
        told(.refused(error.description))
      }
      access.queue.asyncAfter(deadline: .now() + .seconds(1)) { self.readUnread() }
    }
  }

  private func told(_ trouble: ClusterFailure?) {
    loop.queue.async { self.stateTrouble = trouble }
  }

  private func took(
    _ keys: Set<CredentialKey>, _ records: [CredentialRecord], _ unfinished: [Attempt]
  ) {
    let taken = keys.intersection(claimed)
    guard !taken.isEmpty else { return }
    share.formUnion(taken)
    loop.changeShare(
      ownSettings, records: records.filter { taken.contains($0.key) },
      unfinished: unfinished.filter { taken.contains($0.key) })
    let standing = loop.engine.standingAlerts(at: loop.clock.wall).filter { notice in
      notice.announcement.subject.map { taken.contains($0.key) } ?? false
    }
    loop.alerts?.takeOver(standing)
  }

  private func letGo(_ keys: [CredentialKey]) {
    leaving.formUnion(keys)
    giveUp(Set(keys))
    loop.post(.tick)
  }

  private func drop(_ keys: [CredentialKey]) {
    loop.forget(Set(keys))
    access.queue.async { [access] in access.state.letGo(keys) }
    giveUp(Set(keys))
  }

  private func giveUp(_ keys: Set<CredentialKey>) {
    claimed.subtract(keys)
    access.queue.async { [self] in unread.subtract(keys) }
    guard !share.isDisjoint(with: keys) else { return }
    share.subtract(keys)
    loop.changeShare(ownSettings)
    loop.alerts?.handOver(keys)
  }

  /// After each heartbeat.
  private func beat(_ trouble: ClusterFailure?) {
    let worst = trouble ?? stateTrouble
    loop.post(.clusterTroubled(worst?.description))
    if case .refused = worst { alerts.refused(true) } else { alerts.refused(false) }
    guard trouble == nil else { return }
    let now = loop.clock.wall
    let told = yields.review(loop.engine.unreadableSources, share: share, now: now)
    for announcement in told { loop.say(announcement) }
    membership?.yield(yields.keys)
  }

  private func review(_ found: [AlertKind: AlertClaims.Claim]) {
    alerts.review(
      standing: loop.engine.standingInstanceAlerts, found: found, now: loop.clock.wall)
  }

  /// An alert that stands has become this node's to tell.
  private func tell(_ kind: AlertKind) {
    for notice in loop.engine.standingAlerts(at: loop.clock.wall)
    where notice.alert.kind == kind && notice.announcement.subject == nil {
      loop.alerts?.takeAndTell(notice)
    }
  }

  private var ownSettings: Settings {
    var own = settings
    own.credentials = settings.credentials.filter {
      share.contains($0.key) || !$0.policy.enabled
    }
    own.elsewhere = settings.credentials.filter {
      !share.contains($0.key) && $0.policy.enabled
    }
    return own
  }
}

extension Settings {
  fileprivate var enabledKeys: Set<CredentialKey> {
    Set(credentials.lazy.filter(\.policy.enabled).map(\.key))
  }
}
