import RotationEngine

// What is stored, and what persons are answered.

extension Rules {
  /// A turn's decisions were given to the ledger.
  func committed(_ effects: [Effect], isWritten: Bool, _ world: World) throws {
    for effect in effects {
      switch effect {
      case .save(let record): try saved(record, world)
      case .saveInstance(let instance): try checkWaits(of: instance, world)
      default: break
      }
    }
    guard isWritten else { return }
    for slot in known.indices {
      guard let accepted = known[slot].accepted else { continue }
      known[slot].recorded = accepted
      known[slot].isInDoubt = false
      known[slot].accepted = nil
    }
  }

  private func saved(_ record: CredentialRecord, _ world: World) throws {
    guard record.view.needsAttention == !record.alerts.isEmpty else {
      throw fail("needs_attention tells of alerts", record.name, world)
    }
    try checkWaits(of: record, world)
    // What is less bad than it was is not told, but may escalate again.
    guard let slot = world.slots[record.key] else { return }
    for alert in record.alerts where alert.severity == .warning {
      standing[slot][alert.kind]?.severity = .warning
    }
  }

  /// No wait is longer than its own span, whatever the clock did.
  func checkWaits(of record: CredentialRecord, _ world: World) throws {
    var waits = [(record.backoff?.nextAt, retry.max)]
    for refusal in record.refusals {
      switch (refusal.isHeld, retry.hold) {
      case (true, .every(let span)): waits.append((refusal.nextAt, span))
      case (true, .never): waits.append((refusal.nextAt, .zero))
      case (false, _): waits.append((refusal.nextAt, retry.max))
      }
    }
    try check(waits, of: record.name, world)
  }

  private func checkWaits(of instance: InstanceRecord, _ world: World) throws {
    try check(
      [(instance.throttle?.nextAt, .hours(1)), (instance.probe?.nextAt, retry.max)],
      of: "the instance", world)
  }

  private func check(
    _ waits: [(next: WallTime?, most: TimeSpan)], of name: String, _ world: World
  ) throws {
    for case (let next?, let most) in waits where next > world.wall + most {
      throw fail("no wait is longer than its span", "\(name): \(next - world.wall)", world)
    }
  }

  func asked(_ ticket: UInt64, _ slot: Int, force: Bool, _ world: World) {
    known[slot].notBefore = .zero
    asked[ticket] = Asked(slot: slot, isForced: force, at: world.now)
  }

  func answered(_ ticket: UInt64, _ answer: RotateAnswer, _ world: World) throws {
    guard let asked = asked.removeValue(forKey: ticket) else {
      throw fail("a person is answered once", "\(answer)", world)
    }
    let name = plans[asked.slot].settings.name
    let isTrue =
      switch answer {
      case .rotated: known[asked.slot].lastAcceptedAt >= asked.at
      case .nothingToSend: !asked.isForced
      case .disabled:
        !asked.isForced && !world.settings.credentials[asked.slot].policy.enabled
      case .wouldSend, .unknown: false
      case .failed, .sourceUnavailable, .claimed: true
      }
    guard isTrue else { throw fail("what a person is told is true", "\(name): \(answer)", world) }
  }
}
