import RotationEngine

/// What the world tells a node of a cluster.
public enum ClusterEvent: Hashable, Sendable {
  /// A deadline may have passed.
  case tick
  /// The node has a lease, and is registered under it; or it could not be.
  ///
  /// `sentAt`: when the request left, on the steady clock; the lease cannot have begun before.
  case joined(sentAt: TimeSpan, Result<Lease, ClusterFailure>)
  /// A heartbeat ended.
  case beatEnded(lease: Lease.ID, sentAt: TimeSpan, Result<Roster, ClusterFailure>)
  /// Of the claims that were asked for, these are this node's now; the others are held by somebody else.
  case taken(lease: Lease.ID, [CredentialKey], refused: [CredentialKey])
  /// These claims are free.
  case released(lease: Lease.ID, [CredentialKey])
  /// Whether these claims were taken, or freed, is not known.
  case failed(lease: Lease.ID, [CredentialKey])
  /// Nothing is under way any more for these, and all that is known of them is stored.
  case drained([CredentialKey])
  /// A configuration is in force, with these credentials.
  case configured(Set<CredentialKey>)
  /// These sources cannot be read here, all others can.
  case unreadable(Set<CredentialKey>)
}

/// What a node of a cluster wants done, in this order.
public enum ClusterEffect: Hashable, Sendable {
  /// Ask for a lease, and register under it.
  case join(ClusterMember)
  /// Renew the lease, tell the others of this node, and look who is alive.
  case beat(lease: Lease.ID, ClusterMember)
  /// Claim these, each in a transaction that succeeds only if nobody else holds it.
  case take(lease: Lease.ID, [CredentialKey])
  /// Read what is stored of these, and work on them from now on.
  case follow([CredentialKey])
  /// Begin nothing more for these, and tell when they are drained.
  case letGo([CredentialKey])
  /// Free these claims.
  case release(lease: Lease.ID, [CredentialKey])
  /// Another node may work on these already: forget them, and store nothing.
  case drop([CredentialKey])
  /// Send nothing, and end what is being sent: the lease may be over.
  case suspend
  /// Sending may go on.
  case resume
}

/// The right to hold claims, for as long as it is renewed.
public struct Lease: Hashable, Sendable {
  /// etcd's number for it.
  public typealias ID = Int64

  /// Its number.
  public var id: ID
  /// How long it lives after each renewal, as etcd granted it.
  public var life: TimeSpan

  /// Makes a lease.
  public init(id: ID, life: TimeSpan) {
    self.id = id
    self.life = life
  }
}

/// Why the cluster's store did not do what was asked.
public enum ClusterFailure: Error, Hashable, Sendable {
  /// It could not be reached, or has no quorum; in plain words.
  case unavailable(String)
  /// It has refused this node, which is this node's own trouble; in plain words.
  case refused(String)
  /// The lease is over: all claims under it are free.
  case leaseOver
}

extension ClusterFailure: CustomStringConvertible {
  /// One line of English without a full stop.
  public var description: String {
    switch self {
    case .unavailable(let why), .refused(let why): why
    case .leaseOver: "this node's lease has ended"
    }
  }
}
