import RotationEngine

/// When a node of a cluster does what.
public struct ClusterTiming: Hashable, Sendable {
  /// How long a lease lives unless it is renewed.
  public var lease: TimeSpan
  /// How long after one heartbeat the next is sent: a fifth of the lease, so that some may be lost.
  public var heartbeat: TimeSpan { lease / 5 }
  /// How long before a lease can have ended nothing is sent any more: a fifth of it, for clocks that do not run alike
  /// and for what is on its way.
  public var margin: TimeSpan { lease / 5 }

  /// Makes timing for leases that live so long, 2 s or more.
  public init(lease: TimeSpan) { self.lease = lease }
}
