import RotationEngine
import StateStore

// The daemon's part: one turn after another, as its loop does.

extension World {
  func start() throws {
    guard process == nil, !isDown else { return }
    starts += 1
    let number = starts
    tracer.note(now, "the daemon starts, for the \(number). time")
    let records = try disk.records()
    let unfinished = try disk.unfinishedAttempts()
    try rules.restarted(
      records: records, unfinished: unfinished, instance: try disk.instance(), self)
    let engine = Engine(
      settings: settings, instance: try disk.instance(), buildDate: Timeline.buildDate)
    process = Process(
      number: number, engine: engine, ledger: AttemptLedger(state: disk) { [unowned self] in wall })
    let effects = process?.engine.start(records: records, unfinished: unfinished, at: moment())
    process?.effects = effects ?? []
    try turn()
  }

  func moment() -> Moment { Moment(wall: wall, steady: now, randomness: dice.next()) }

  func post(_ event: Event) throws {
    guard process != nil else { return }
    let effects = process?.engine.handle(event, at: moment()) ?? []
    process?.effects += effects
    try turn()
  }

  private func turn() throws {
    do {
      var rounds = 0
      while let taken = process?.effects, !taken.isEmpty {
        rounds += 1
        guard rounds < 1000 else { throw fail("a turn comes to its end", "\(taken.prefix(3))") }
        process?.effects = []
        try carryOut(taken)
      }
      armTimer()
    } catch is ProcessKilled { die() }
  }

  private func carryOut(_ taken: [Effect]) throws {
    guard let ledger = process?.ledger else { return }
    try killPoint()
    let entry = ledger.commit(taken)
    try rules.committed(taken, isWritten: ledger.isWritten, self)
    try killPoint()
    for effect in taken {
      try carryOut(effect, recorded: entry.recorded)
      try killPoint()
    }
    for (key, reason) in entry.declined {
      if let slot = slots[key] { process?.kept[slot] = nil }
      tracer.note(now, "the ledger declines: \(reason)")
      let effects = process?.engine.handle(.sendDeclined(key, reason), at: moment()) ?? []
      process?.effects += effects
    }
  }

  private func killPoint() throws {
    guard let left = killIn else { return }
    killIn = left - 1
    if left <= 0 { throw ProcessKilled() }
  }

  /// The process is gone, and all that it had in memory.
  func die() {
    tracer.note(now, "the daemon is killed")
    rules.killed(isWritten: process?.ledger.isWritten ?? true)
    killIn = nil
    process = nil
    endedAt = now
    for slot in scenario.plans.indices { disk.release(key(slot)) }
  }

  private func carryOut(_ effect: Effect, recorded: [Attempt]) throws {
    guard let number = process?.number else { return }
    tell(effect)
    switch effect {
    case .readSource(let key, let forSend):
      if let slot = slots[key] { read(slot, forSend: forSend, for: number) }
    case .discardValues(let key): if let slot = slots[key] { process?.kept[slot] = nil }
    case .readAPIKey:
      queue.plan(.keyRead(process: number), at: now + dice.span(.zero, .milliseconds(20)))
    case .useAPIKey(let fingerprint): process?.apiKey = Int(fingerprint.bytes[15])
    case .send(let attempt):
      if let attempt = recorded.first(where: { $0.key == attempt.key }) { try send(attempt) }
    case .list(let connection): try ask(.list(connection: connection))
    case .info(let key): if let slot = slots[key] { try ask(.info(slot: slot)) }
    case .alert(let notice): try rules.noticed(notice, self)
    case .stopped:
      guard rules.asked.isEmpty else {
        throw fail("a person is answered", "not before the service ended")
      }
      process = nil
      endedAt = now
      for slot in scenario.plans.indices { disk.release(key(slot)) }
    case .answer(let ticket, _, let answer): try rules.answered(ticket, answer, self)
    case .announce, .save, .saveInstance, .finish, .close: break
    }
  }

  private func read(_ slot: Int, forSend: Bool, for number: Int) {
    if isActive({ $0 == .source(credential: scenario.plans[slot].index, hangs: true) }) {
      return queue.plan(.readTimedOut(process: number, slot: slot), at: now + .seconds(10))
    }
    let duration = dice.span(.zero, .milliseconds(dice.chance(0.02) ? 3000 : 20))
    queue.plan(
      .read(process: number, slot: slot, forSend: forSend, files[slot], writes: writes[slot]),
      at: now + duration)
  }

  func heard(
    _ slot: Int, forSend: Bool, _ content: CredentialPlan.Content, isUnchanged: Bool
  ) throws {
    let plan = scenario.plans[slot]
    let result: Result<Reading, SourceFailure>
    if isActive({ $0 == .source(credential: plan.index, hangs: false) }) {
      result = .failure(SourceFailure(.unreadable, "permission denied"))
    } else if !isUnchanged {
      result = .failure(SourceFailure(.changing, "it changed while it was read"))
    } else if let fingerprint = plan.fingerprint(of: content) {
      var reading = Reading(fingerprint: fingerprint)
      if case .jwt = plan.settings.policy.expiration, case .whole(let value) = content {
        reading.expiration = plan.values[value].expiresAt
      }
      result = .success(reading)
      if forSend { process?.kept[slot] = content }
    } else {
      result = .failure(SourceFailure(.missing, "no such file"))
    }
    let isReadable = if case .success = result { true } else { false }
    rules.known[slot].source.read(isReadable, at: now, settle: plan.settings.policy.settle)
    try post(.sourceRead(key(slot), result))
  }

  func heardKey() throws {
    let isReadable = !isActive { $0 == .keyUnreadable }
    rules.keySource.read(isReadable, at: now, settle: .milliseconds(500))
    guard isReadable,
      let fingerprint = Fingerprint(words: .max, UInt64(writtenKey))
    else { return try post(.apiKeyRead(.failure(SourceFailure(.unreadable, "permission denied")))) }
    try post(.apiKeyRead(.success(Reading(fingerprint: fingerprint))))
  }

  // The timer follows the wall clock, whatever that does.
  func armTimer() {
    guard let next = process?.engine.nextDeadline, let number = process?.number else { return }
    if let at = process?.timerAt, at == next { return }
    process?.timerArmed += 1
    process?.timerAt = next
    let wait = max(.milliseconds(1), next - wall + .milliseconds(1))
    queue.plan(.timer(process: number, armed: process?.timerArmed ?? 0), at: now + wait)
  }

  func timerFired(_ armed: Int) throws {
    guard armed == process?.timerArmed else { return }
    process?.timerAt = nil
    try post(.tick)
  }
}
