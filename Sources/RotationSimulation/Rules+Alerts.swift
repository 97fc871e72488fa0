import RotationEngine

// Alerts: raised once, escalated, repeated, resolved, and still standing after a restart.

extension Rules {
  mutating func noticed(_ notice: AlertNotice, _ world: World) throws {
    let kind = notice.alert.kind
    let slot = notice.announcement.subject.flatMap { world.slots[$0.key] }
    let before = slot.map { standing[$0][kind] } ?? instanceStanding[kind]
    let named = "\(kind.rawValue) of \(notice.announcement.subject?.name ?? "the instance")"
    var after: StandingSince? = StandingSince(severity: notice.alert.severity, saidAt: world.now)
    switch notice.phase {
    case .raised:
      guard before == nil else { throw fail("an alert is raised once", named, world) }
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
    }
  }

  private func isClockStrange(_ world: World) -> Bool {
    world.now < calmSince + alert.repeatInterval
      || world.isActive { if case .clock = $0 { true } else { false } }
  }

  /// The daemon starts: what stands on disk is what the channels were told of.
  mutating func restarted(
    records: [CredentialRecord], unfinished: [Attempt], instance: InstanceRecord, _ world: World
  ) throws {
    inFlight = 0
    for slot in known.indices { known[slot].inFlight = false }
    for record in records {
      guard let slot = world.slots[record.key] else { continue }
      let stored = Set(record.alerts.map(\.kind))
      if stored != Set(standing[slot].keys) {
        guard wasCutOff else { throw fail("alerts survive a restart", record.name, world) }
        standing[slot] = [:]
        for alert in record.alerts {
          standing[slot][alert.kind] = StandingSince(severity: alert.severity, saidAt: .zero)
        }
      }
      for alert in record.alerts { standing[slot][alert.kind]?.severity = alert.severity }
    }
    for kind in AlertKind.allCases where wasCutOff {
      let alert = instance.alerts.first { $0.kind == kind }
      instanceStanding[kind] = alert.map { StandingSince(severity: $0.severity, saidAt: .zero) }
    }
    wasCutOff = false
    for attempt in unfinished {
      guard let slot = world.slots[attempt.key],
        let value = plans[slot].value(of: attempt.fingerprint)
      else { continue }
      var track = known[slot].tracks[value] ?? Track()
      track.attempts += 1
      track.wasInterrupted = true
      track.isHeldAtOnce = false
      track.lastAt = world.now
      track.lastWall = world.wall
      known[slot].tracks[value] = track
    }
  }
}
