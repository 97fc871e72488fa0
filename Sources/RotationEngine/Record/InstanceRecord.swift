/// What survives a restart about the DX instance as a whole.
public struct InstanceRecord: Hashable, Sendable {
  /// Since when DX refuses the API key.
  public var unauthorizedSince: WallTime?
  /// The backoff of the probes meanwhile.
  public var probe: BackoffState?
  /// The fingerprint of the API key that was refused.
  public var refusedKey: Fingerprint?
  /// The backoff DX asked for (rule 7); `nextAt` is when requests go on.
  public var throttle: BackoffState?
  /// Since when no request was answered by DX's API.
  public var unreachableSince: WallTime?
  /// Since when the API key's source cannot be read.
  public var keyFailingSince: WallTime?
  /// When the API key expires, where that is known.
  public var keyExpiresAt: WallTime?
  /// When the last daily summary was said.
  public var summarySaidAt: WallTime?
  /// The alerts that belong to no single credential.
  public var alerts: [StandingAlert] = []

  /// Nothing happened yet.
  public init() {}
}
