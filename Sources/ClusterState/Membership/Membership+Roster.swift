import ClusterSharing
import RotationEngine
import StateStore

// What a heartbeat finds: the node's own key, and who else is there.
extension Membership {
  /// Learns how the node's own key is in etcd.
  func note(
    _ found: MembershipRequests.Found, _ lease: Lease.ID, _ value: MemberValue
  ) {
    let own = found.members.first { $0.key == requests.keys.member(requests.node) }
    // An earlier heartbeat may have come late, and have written what was so then.
    told = own?.value == value.bytes ? value : nil
    if let own, registration?.lease.id == lease { registration?.revision = own.modified }
  }

  /// Who is there; a configuration that is not known yet is asked for first.
  func roster(
    _ found: [EtcdKeyValue], _ member: ClusterMember,
    _ completion: @escaping @Sendable (Roster?) -> Void
  ) {
    var members: [ClusterMember] = []
    for entry in found {
      // A member of a newer version, whose value cannot be read, is one that has nothing to do.
      guard let name = requests.keys.node(ofMember: entry.key), let value = try? MemberValue(entry)
      else { continue }
      guard let configured = value.digest == digest ? member.configured : others[value.digest]
      else {
        return learn(
          name, value.digest, then: { self.roster(found, member, completion) }, completion)
      }
      members.append(
        ClusterMember(name: name, configured: configured, yielded: Set(value.yielded)))
    }
    others = others.filter { other in
      !other.value.isEmpty && members.contains { $0.configured == other.value }
    }
    completion(Roster(members))
  }

  private func learn(
    _ name: NodeName, _ digest: UInt64, then goOn: @escaping @Sendable () -> Void,
    _ completion: @escaping @Sendable (Roster?) -> Void
  ) {
    requests.configured(by: name) { [weak self] pages in
      guard let self, let pages else { return completion(nil) }
      // Where it cannot be read, it was written since, or by a newer version: nothing is that node's until it can.
      others[digest] = (try? ConfiguredCredentials.read(pages, digest: digest)) ?? []
      goOn()
    }
  }
}
