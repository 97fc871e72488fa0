import RotationEngine

// What must be true of a world at peace: good values have arrived, and exactly the right alerts stand.

extension World {
  /// Whether nothing but standing facts has disturbed a credential for so long.
  func isCalm(_ slot: Int, for span: TimeSpan) -> Bool {
    let since = max(rules.calmSince, rules.known[slot].calmSince)
    guard process != nil, now - since >= span else { return false }
    return !active.contains { fault in
      switch fault.kind {
      case .source(_, hangs: _), .disabled, .deleted, .switchedOff: false
      case .connector(let index, _): index == scenario.plans[slot].index
      default: true
      }
    }
  }

  func audit() throws {
    queue.plan(.audit, at: now + dice.span(.hours(12), .days(5)))
    guard let process else { return }
    try checkStored(process)
    for (slot, plan) in scenario.plans.enumerated() where isCalm(slot, for: rules.calm) {
      guard let record = process.engine.record(of: plan.settings.key) else { continue }
      try checkStanding(slot, record)
      guard lastWrite(slot) + rules.calm < now else { continue }
      try checkOwed(slot, record)
      for expectation in expectations(slot, record) { try check(expectation, slot, record) }
    }
    guard active.isEmpty, now - rules.calmSince >= rules.calm else { return }
    guard rules.instanceStanding.isEmpty else {
      throw fail(
        "an instance at peace has no alert",
        rules.instanceStanding.keys.map(\.rawValue).sorted().joined(separator: ", "))
    }
  }

  /// What the engine knows is on disk, and every attempt that is not under way has an outcome.
  private func checkStored(_ process: Process) throws {
    guard process.ledger.isWritten, !disk.isFull else { return }
    for plan in scenario.plans {
      guard let record = process.engine.record(of: plan.settings.key) else { continue }
      try rules.checkWaits(of: record, self)
      guard let stored = try disk.record(for: record.key) else { continue }
      guard stored.isSame(as: record) else {
        throw fail("what is known is on disk", "\(plan.settings.name): \(stored), \(record)")
      }
    }
    let open = try disk.unfinishedAttempts().count
    let underWay = rules.known.count { $0.inFlight }
    guard open == underWay else {
      throw fail("every attempt has an outcome", "\(open) have none, \(underWay) are under way")
    }
  }

  /// The channels were told of what stands, and are told again.
  private func checkStanding(_ slot: Int, _ record: CredentialRecord) throws {
    let standing = rules.standing[slot]
    guard Set(record.alerts.map(\.kind)) == Set(standing.keys) else {
      throw fail("the channels were told of what stands", record.name)
    }
    let longest = rules.alert.repeatInterval + rules.calm
    for (kind, alert) in standing where now - alert.saidAt > longest {
      throw fail("an alert is repeated", "\(record.name): \(kind.rawValue)")
    }
  }

  func lastWrite(_ slot: Int) -> TimeSpan {
    writes[slot] == 0 ? now : scenario.plans[slot].writes[writes[slot] - 1].at
  }
}

extension CredentialRecord {
  /// Whether it is the same but for what is worth no write.
  fileprivate func isSame(as other: CredentialRecord) -> Bool {
    var copy = other
    copy.revision = revision
    copy.listed.at = listed.at
    return copy == self
  }
}

extension Rules {
  /// What must stand when something has gone wrong for long enough.
  func standsAtEnd(of fault: Fault, _ world: World) throws {
    guard world.process != nil, world.active.count == 1, world.starts > 0 else { return }
    let expected: AlertKind
    switch fault.kind {
    case .outage: expected = .apiUnavailable
    case .keyRefused: expected = .apiUnauthorized
    case .keyUnreadable: expected = .sourceUnavailable
    default: return
    }
    guard instanceStanding[expected] != nil else {
      throw fail("what needs a person has an alert", expected.rawValue, world)
    }
  }
}
