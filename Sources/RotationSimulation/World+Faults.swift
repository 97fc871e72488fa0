import RotationEngine
import StateStore

// What goes wrong, and how it ends.

extension World {
  func slot(of index: Int) -> Int? {
    scenario.plans.firstIndex { $0.index == index }
  }

  func begin(_ fault: Fault) throws {
    tracer.note(now, "begins: \(fault)")
    active.append(fault)
    queue.plan(.faultEnds(fault), at: now + max(.milliseconds(1), fault.lasts))
    rules.disturbed(fault, self)
    switch fault.kind {
    case .keyRefused: dx.leastKey = writtenKey + 1
    case .clock(let offset):
      clockOffset = clockOffset + offset
      jumped()
    case .suspend:
      awakeAt = max(awakeAt, now + fault.lasts)
      jumped()
    case .kill(let effects):
      isDown = true
      killIn = effects
    case .stop:
      isDown = true
      rules.isStopping = process != nil
      try post(.stopRequested)
    case .diskFull: disk.isFull = true
    case .stateLost:
      isDown = true
      if process != nil { die() }
      try loseState()
    case .switchedOff(let index): try configure(index) { $0.policy.enabled = false }
    case .reload(let index):
      if let index {
        let count = now.milliseconds
        try configure(index) {
          $0.secrets[0].source = Source(.file(path: "/secrets/\(index)/\(count)"))
        }
      } else {
        try reload()
      }
    case .disabled(let index): if let slot = slot(of: index) { dx.held[slot].disabledAt = wall }
    case .deleted(let index): if let slot = slot(of: index) { dx.held[slot].deletedAt = wall }
    case .rotate(let index, let force):
      if let slot = slot(of: index) {
        guard process != nil else { return }
        let ticket = UInt64(fault.number)
        rules.asked(ticket, slot, force: force, self)
        try post(.rotateRequested(RotateRequest(ticket: ticket, force: force), key(slot)))
      }
    case .connector(let index, .refuses):
      if let slot = slot(of: index) { dx.held[slot].refusesAll = true }
    case .outage, .throttle, .loss, .latency, .connector, .keyUnreadable, .source, .deaf: break
    }
  }

  func end(_ fault: Fault) throws {
    tracer.note(now, "ends: \(fault)")
    if fault.lasts > rules.calm { try rules.standsAtEnd(of: fault, self) }
    active.removeAll { $0.number == fault.number }
    rules.disturbed(fault, self)
    switch fault.kind {
    case .keyRefused:
      writtenKey += 1
      if let process { queue.plan(.keyTouched(process: process.number), at: now) }
      if rules.instanceStanding[.apiUnauthorized] != nil {
        queue.plan(
          .keyDue(writtenKey, disturbances: rules.disturbances), at: now + .minutes(2))
      }
    case .clock(let offset):
      clockOffset = clockOffset - offset
      jumped()
    case .kill, .stop, .stateLost:
      if process != nil { die() }
      if fault.kind == .stop, scenario.options.losesAlerts { try loseAlerts() }
      isDown = isActive {
        switch $0 {
        case .kill, .stop, .stateLost: true
        default: false
        }
      }
      try start()
    case .diskFull: disk.isFull = isActive { $0 == .diskFull }
    case .switchedOff(let index): try configure(index) { $0.policy.enabled = true }
    case .disabled(let index): if let slot = slot(of: index) { dx.held[slot].disabledAt = nil }
    case .deleted(let index): if let slot = slot(of: index) { dx.held[slot].deletedAt = nil }
    case .connector(let index, .refuses):
      if let slot = slot(of: index) { dx.held[slot].refusesAll = false }
    case .suspend, .outage, .throttle, .loss, .latency, .connector, .keyUnreadable, .source,
      .deaf, .reload, .rotate:
      break
    }
  }

  // The watchdog's tick comes soon after a jump; the timer, which follows the wall clock, is armed anew.
  private func jumped() {
    guard let process else { return }
    queue.plan(.tick(process: process.number), at: max(awakeAt, now) + .seconds(10))
    self.process?.timerAt = nil
    armTimer()
  }

  private func loseState() throws {
    for record in try disk.records() { _ = try disk.save(CredentialRecord(lost: record)) }
    for attempt in try disk.unfinishedAttempts() {
      try disk.finish(attempt.number, .accepted, at: wall)
    }
    try disk.save(InstanceRecord())
    rules.stateLost()
  }

  private func loseAlerts() throws {
    for var record in try disk.records() {
      record.alerts = []
      _ = try disk.save(record)
    }
  }

  private func configure(
    _ index: Int, _ change: (inout CredentialSettings) -> Void
  ) throws {
    guard let place = settings.credentials.firstIndex(where: { $0.name == "credential-\(index)" })
    else { return }
    let before = settings.credentials[place]
    change(&settings.credentials[place])
    if before.secrets != settings.credentials[place].secrets, let slot = slot(of: index) {
      rules.sourceChanged(slot)
    }
    try reload()
  }

  private func reload() throws {
    guard process != nil else { return }
    try post(.reloaded(settings, try disk.records()))
  }
}

extension CredentialRecord {
  /// What is left of a record when the state is lost.
  fileprivate init(lost record: CredentialRecord) {
    self.init(key: record.key, name: record.name)
  }
}
