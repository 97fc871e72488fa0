import ClusterState
import Dispatch
import RotationEngine

/// Which alerts of the instance as a whole this node tells its channels of.
///
/// Every node sees an outage of DX, and one of them tells of it. All calls are the loop's.
final class AlertShare: @unchecked Sendable {
  // All state is confined to the loop's queue; that is why @unchecked holds.

  private let queue: DispatchQueue
  private let claims: AlertClaims
  /// How long an alert that was another's has to stand on before it is told again here: where a cause is gone, nodes see
  /// that one after the other.
  var patience: TimeSpan
  /// The alerts that are this node's to tell.
  private var held: Set<AlertKind> = []
  /// Those for which a claim was asked for, and there is no answer yet.
  private var asked: Set<AlertKind> = []
  /// When an alert was last found to be another's.
  private var seenElsewhere: [AlertKind: WallTime] = [:]
  /// Those that are this node's, and that the one before has told of.
  private var untold: Set<AlertKind> = []
  /// Whether etcd refuses this node: nobody else can tell of that.
  private var isRefused = false
  private var lease: Int64?

  /// Called with an alert that has become this node's to tell.
  var gained: ((AlertKind) -> Void)?

  init(queue: DispatchQueue, claims: AlertClaims, patience: TimeSpan) {
    self.queue = queue
    self.claims = claims
    self.patience = patience
  }

  /// Whether this node tells of an alert.
  func tells(_ notice: AlertNotice) -> Bool {
    let kind = notice.alert.kind
    return notice.announcement.subject != nil || held.contains(kind) && !untold.contains(kind)
      || isRefused && notice.alert.kind == .clusterUnavailable
  }

  /// Learns whether etcd refuses this node.
  func refused(_ isSo: Bool) {
    defer { isRefused = isSo }
    guard isSo, !isRefused, !held.contains(.clusterUnavailable) else { return }
    isRefused = true
    gained?(.clusterUnavailable)
  }

  /// Takes another lease, to which no claim belongs.
  func use(_ lease: Int64?) {
    self.lease = lease
    asked = []
    // While etcd is away nobody can claim anything: who would have told of that goes on to.
    held.formIntersection([.clusterUnavailable])
  }

  /// Claims what stands here and is nobody's, and gives up what does not stand any more; after each heartbeat, which has
  /// found who has what.
  ///
  /// That etcd cannot be used has to be claimed while it can.
  func review(
    standing: [AlertKind], found: [AlertKind: AlertClaims.Claim], now: WallTime
  ) {
    guard let lease else { return }
    for (kind, claim) in found where claim.lease != lease { seenElsewhere[kind] = now }
    let wanted = Set(standing).union([.clusterUnavailable])
    for (kind, claim) in found where claim.lease == lease && !wanted.contains(kind) {
      claims.release(kind, claim)
    }
    held.formIntersection(wanted)
    untold.formIntersection(held)
    for kind in untold where !isRecent(kind, now) {
      untold.remove(kind)
      gained?(kind)
    }
    for kind in wanted.subtracting(asked) {
      if let claim = found[kind] {
        take(kind, isOwn: claim.lease == lease, now)
      } else {
        asked.insert(kind)
        claims.take(kind, under: lease) { [weak self, queue] isTaken in
          queue.async { [weak self] in self?.asked(kind, lease, isTaken, now) }
        }
      }
    }
  }

  private func asked(_ kind: AlertKind, _ lease: Int64, _ isTaken: Bool, _ now: WallTime) {
    guard lease == self.lease else { return }
    asked.remove(kind)
    if !isTaken { seenElsewhere[kind] = now }
    take(kind, isOwn: isTaken, now)
  }

  private func take(_ kind: AlertKind, isOwn: Bool, _ now: WallTime) {
    guard isOwn else { return _ = held.remove(kind) }
    guard held.insert(kind).inserted else { return }
    if isRecent(kind, now) { untold.insert(kind) } else { gained?(kind) }
  }

  private func isRecent(_ kind: AlertKind, _ now: WallTime) -> Bool {
    seenElsewhere[kind].map { now - $0 < patience } ?? false
  }
}
