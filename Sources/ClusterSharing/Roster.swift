import RotationEngine

/// A node that is alive, as the others see it.
public struct ClusterMember: Hashable, Sendable {
  /// What it is called.
  public var name: NodeName
  /// The credentials that its configuration has.
  public var configured: Set<CredentialKey>
  /// Those of them that it leaves to others, because it cannot read their sources.
  public var yielded: Set<CredentialKey>

  /// Makes a member.
  public init(
    name: NodeName, configured: Set<CredentialKey>, yielded: Set<CredentialKey> = []
  ) {
    self.name = name
    self.configured = configured
    self.yielded = yielded
  }
}

/// The nodes that are alive, and whose each credential is among them.
public struct Roster: Hashable, Sendable {
  /// The members, by name.
  public var members: [ClusterMember]

  /// Makes a roster.
  public init(_ members: [ClusterMember]) {
    self.members = members.sorted { $0.name < $1.name }
  }

  /// Whose a credential is; nil if no live node has it in its configuration.
  ///
  /// Where every node has yielded it, it is somebody's all the same: one of them has to raise the alert.
  public func owner(of key: CredentialKey) -> NodeName? {
    let able = Rendezvous.owner(of: key, among: members, name: \.name) {
      $0.configured.contains(key) && !$0.yielded.contains(key)
    }
    return able
      ?? Rendezvous.owner(of: key, among: members, name: \.name) { $0.configured.contains(key) }
  }
}
