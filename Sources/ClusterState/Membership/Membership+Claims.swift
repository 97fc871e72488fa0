import ClusterSharing
import RotationEngine

// The claims on this node's share: taken, and given up as the very ones that were taken.
extension Membership {
  func take(_ lease: Lease.ID, _ claims: [CredentialKey]) {
    for claim in claims { claimed[claim] = nil }
    guard let registration, registration.lease.id == lease else {
      return tell(.failed(lease: lease, claims))
    }
    requests.take(claims, under: registration) { [weak self] taken in
      guard let self, self.registration?.lease.id == lease else { return }
      guard let taken else {
        isInDoubt = true
        return tell(.failed(lease: lease, claims))
      }
      claimed.merge(taken) { _, later in later }
      let refused = claims.filter { taken[$0] == nil }
      tell(.taken(lease: lease, taken.keys.sorted(), refused: refused))
    }
  }

  /// Gives claims up; those of which only etcd knows whether they were taken are looked for first.
  func release(_ lease: Lease.ID, _ claims: [CredentialKey]) {
    let unknown = claims.filter { claimed[$0] == nil }
    guard unknown.isEmpty else {
      return requests.find(unknown, under: lease) { [weak self] found in
        guard let self else { return }
        guard let found else { return tell(.failed(lease: lease, claims)) }
        release(lease, claims, found.merging(known(claims)) { found, _ in found })
      }
    }
    release(lease, claims, known(claims))
  }

  private func known(_ claims: [CredentialKey]) -> MembershipRequests.Taken {
    let wanted = Set(claims)
    return claimed.filter { wanted.contains($0.key) }
  }

  private func release(
    _ lease: Lease.ID, _ claims: [CredentialKey], _ taken: MembershipRequests.Taken
  ) {
    requests.release(taken) { [weak self] isDone in
      guard let self else { return }
      guard isDone else { return tell(.failed(lease: lease, claims)) }
      for (claim, created) in taken where claimed[claim] == created { claimed[claim] = nil }
      tell(.released(lease: lease, claims))
    }
  }
}
