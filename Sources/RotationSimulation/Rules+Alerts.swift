import RotationEngine

// Alerts: raised once, escalated, repeated, resolved, and still standing after a restart.

extension Rules {
  func noticed(_ notice: AlertNotice, _ world: World) throws {
    let kind = notice.alert.kind
    let slot = notice.announcement.subject.flatMap { world.slots[$0.key] }
    let before = slot.map { standing[$0][kind] } ?? instanceStanding[kind]
    let named = "\(kind.rawValue) of \(notice.announcement.subject?.name ?? "the instance")"
    var after: StandingSince? = StandingSince(severity: notice.alert.severity, saidAt: world.now)
    switch notice.phase {
    case .raised:
      guard before == nil else { throw fail("an alert is raised once", named, world) }
      guard isDue(kind, of: slot, world) else {
        throw fail("an alert is raised for a cause, in its time", named, world)
      }
    case .escalated:
      guard before?.severity == .warning, notice.alert.severity == .critical else {
        throw fail("an alert escalates from warning to critical", named, world)
      }
    case .repeated:
      guard let before else { throw fail("only what stands is repeated", named, world) }
      let pause = world.now - before.saidAt
      guard pause >= alert.repeatInterval - .seconds(1) || isClockStrange(world) else {
        throw fail("an alert is repeated in its time", "\(named) after \(pause)", world)
      }
    case .resolved:
      guard before != nil else { throw fail("only what stands is resolved", named, world) }
      after = nil
    }
    if let slot { standing[slot][kind] = after } else { instanceStanding[kind] = after }
    if slot == nil, kind == .apiUnavailable, after == nil {
      // After an outage nobody waits out a backoff that grew during it.
      for slot in known.indices { known[slot].notBefore = .zero }
      world.queue.plan(
        .outageOver(disturbances: disturbances), at: world.now + retry.initial + deliveryBound)
    }
  }

  /// Whether what an alert is about can be so: of what takes time to be one, that it took it.
  private func isDue(_ kind: AlertKind, of slot: Int?, _ world: World) -> Bool {
    func hasLasted(since time: TimeSpan?) -> Bool {
      guard let time, clockChangedAt < time else { return time != nil }
      return world.now - time >= alert.after - .seconds(1)
    }
    guard let slot else {
      switch kind {
      case .apiUnavailable: return hasLasted(since: answeredAt)
      case .apiUnauthorized: return refusedKey != nil
      case .sourceUnavailable: return hasLasted(since: keySource.since)
      default: return false
      }
    }
    let truth = world.dx.held[slot]
    let isRecent = !world.isCalm(slot, for: .minutes(5))
    switch kind {
    case .rotationHeld: return known[slot].tracks.values.contains { isHeld($0) }
    case .credentialMissing: return truth.deletedAt != nil || isRecent
    case .credentialDisabled: return truth.disabledAt != nil || isRecent
    case .apiUnavailable: return hasLasted(since: known[slot].unreachableSince)
    case .sourceUnavailable: return hasLasted(since: known[slot].source.since)
    case .awaitingSecret, .expired: return world.canBeInWindow(slot)
    case .keyExpiring, .apiUnauthorized, .clusterUnavailable: return false
    }
  }

  private func isClockStrange(_ world: World) -> Bool {
    world.now < calmSince + alert.repeatInterval
      || world.isActive { if case .clock = $0 { true } else { false } }
  }
}
