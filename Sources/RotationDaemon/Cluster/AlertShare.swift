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
  /// The alerts that are this node's to tell.
  private var held: Set<AlertKind> = []
  /// Those for which a claim was asked for, and there is no answer yet.
  private var asked: Set<AlertKind> = []
  private var lease: Int64?

  /// Called with an alert that has become this node's to tell.
  var gained: ((AlertKind) -> Void)?

  init(queue: DispatchQueue, claims: AlertClaims) {
    self.queue = queue
    self.claims = claims
  }

  /// Whether this node tells of an alert.
  func tells(_ notice: AlertNotice) -> Bool {
    notice.announcement.subject != nil || held.contains(notice.alert.kind)
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
  func review(standing: [AlertKind], found: [AlertKind: AlertClaims.Claim]) {
    guard let lease else { return }
    let wanted = Set(standing).union([.clusterUnavailable])
    for (kind, claim) in found where claim.lease == lease && !wanted.contains(kind) {
      claims.release(kind, claim)
    }
    held.formIntersection(wanted)
    for kind in wanted.subtracting(asked) {
      if let claim = found[kind] {
        take(kind, isOwn: claim.lease == lease)
      } else {
        asked.insert(kind)
        claims.take(kind, under: lease) { [weak self, queue] isTaken in
          queue.async { [weak self] in self?.asked(kind, lease, isTaken) }
        }
      }
    }
  }

  private func asked(_ kind: AlertKind, _ lease: Int64, _ isTaken: Bool) {
    guard lease == self.lease else { return }
    asked.remove(kind)
    take(kind, isOwn: isTaken)
  }

  private func take(_ kind: AlertKind, isOwn: Bool) {
    guard isOwn else { return _ = held.remove(kind) }
    if held.insert(kind).inserted { gained?(kind) }
  }
}
