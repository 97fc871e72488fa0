import RotationEngine

// What a process finds when it starts: what the one before knew, or as much of it as could be written.

extension Rules {
  func restarted(
    records: [CredentialRecord], unfinished: [Attempt], instance: InstanceRecord, _ world: World
  ) throws {
    inFlight = 0
    isStopping = false
    for slot in known.indices { known[slot].inFlight = false }
    for record in records {
      guard let slot = world.slots[record.key] else { continue }
      let stored = Set(record.alerts.map(\.kind))
      guard wasCutOff || stored == Set(standing[slot].keys) else {
        throw fail("alerts survive a restart", record.name, world)
      }
      if wasCutOff { standing[slot] = Self.standing(record.alerts, world) }
      if isForgetful { forget(slot, but: record, world) }
    }
    if wasCutOff { instanceStanding = Self.standing(instance.alerts, world) }
    wasCutOff = false
    isForgetful = false
    for attempt in unfinished { interrupted(attempt, world) }
  }

  /// What stands on disk is what the channels were told of, as far as anybody knows.
  private static func standing(
    _ alerts: [StandingAlert], _ world: World
  ) -> [AlertKind: StandingSince] {
    Dictionary(
      uniqueKeysWithValues: alerts.map {
        (
          $0.kind,
          StandingSince(severity: $0.severity, saidAt: world.now - (world.wall - $0.saidAt))
        )
      })
  }

  /// Refusals that could not be written are known to nobody any more.
  private func forget(_ slot: Int, but record: CredentialRecord, _ world: World) {
    for value in known[slot].tracks.keys {
      let fingerprint = plans[slot].fingerprint(of: .whole(value))
      guard let refusal = record.refusals.first(where: { $0.fingerprint == fingerprint }) else {
        known[slot].tracks[value] = nil
        continue
      }
      known[slot].tracks[value]?.attempts = refusal.attempts
      known[slot].tracks[value]?.isLocked = refusal.cause == .invalidCredentials
      known[slot].tracks[value]?.isHeldAtOnce =
        refusal.cause == .duplicate || refusal.cause == .notFound
      known[slot].tracks[value]?.isNotFound = refusal.cause == .notFound
    }
  }

  private func interrupted(_ attempt: Attempt, _ world: World) {
    guard let slot = world.slots[attempt.key],
      let value = plans[slot].value(of: attempt.fingerprint)
    else { return }
    if known[slot].recorded != value { known[slot].isInDoubt = true }
    var track = known[slot].tracks[value] ?? Track()
    track.attempts += 1
    track.wasInterrupted = true
    track.isHeldAtOnce = false
    track.lastAt = world.now
    track.lastWall = world.wall
    known[slot].tracks[value] = track
  }
}
