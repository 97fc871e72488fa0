import Testing

@testable import RotationEngine

/// What becomes of values that DX does not accept (contract section 4, rules 6, 7 and 9).
@Suite struct RefusalScenarios {
  private func world(_ label: String, _ change: (inout Settings) -> Void = { _ in }) -> EngineWorld
  {
    let world = EngineWorld(.of(change: change)) {
      $0.list("2026-12-31")
      $0.dx.values["bad"] = .refuse(label)
      $0.dx.values["worse"] = .refuse(label)
    }
    world.run(.minutes(1))
    world.put(.value("bad"), into: .jira)
    return world
  }

  @Test("Rule 6: refused → the waits grow, then it is held and has one turn per hold")
  func held() {
    let world = world("Invalid permissions")
    world.run(.hours(5))
    #expect(world.log.values == ["bad", "bad", "bad"])
    let waits = world.log.waits(of: .jira)
    #expect(TimeSpan.seconds(15)...TimeSpan.seconds(31) ~= waits[0])
    #expect(TimeSpan.seconds(30)...TimeSpan.seconds(61) ~= waits[1])
    #expect(world.state() == .held)
    #expect(world.record().view.attempts == 3)
    #expect(world.log.alerts(.rotationHeld) == ["raised warning"])
    #expect(world.log.said(.rotationFailed).count == 3)
    world.run(.hours(10))
    #expect(world.log.values.count == 5)
    #expect(world.log.sends.last?.attempt.reason == .heldRetry)
    #expect(world.log.sends.last?.attempt.ordinal == 5)
    #expect(world.log.alerts(.rotationHeld) == ["raised warning"])
  }

  @Test("Rule 6: `Invalid credentials` is held until something changes")
  func invalidCredentials() {
    let world = world("invalid_credentials")
    world.run(.days(3))
    #expect(world.log.values == ["bad", "bad", "bad"])
    #expect(world.record().view.nextActionAt == nil)
  }

  @Test("Rule 6: hold = never waits for a change, and a reload is obeyed")
  func never() {
    let world = world("Invalid permissions") { $0.retry.hold = .never }
    world.run(.days(3))
    #expect(world.log.values.count == 3)
    world.reload { $0.retry.hold = .every(.hours(6)) }
    world.run(.minutes(1))
    #expect(world.log.values.count == 4)
  }

  @Test("Rule 6: a new value starts afresh at once, and its acceptance resolves the alert")
  func newValue() {
    let world = world("Invalid permissions")
    world.run(.hours(1))
    world.put(.value("good"), into: .jira)
    world.run(.seconds(2))
    #expect(world.log.values.last == "good")
    #expect(world.log.sends.last?.attempt.ordinal == 1)
    #expect(world.log.alerts(.rotationHeld) == ["raised warning", "resolved warning"])
    #expect(world.log.said(.rotationRecovered).count == 1)
    #expect(world.record().lastError == nil)
  }

  @Test("Rule 6: the source back at what was accepted resolves a held value")
  func backAtAccepted() {
    let world = world("Invalid permissions")
    world.run(.hours(1))
    world.put(.value("jira-old"), into: .jira)
    world.run(.seconds(2))
    #expect(world.log.alerts(.rotationHeld).last == "resolved warning")
    #expect(world.state() == .watching)
  }

  @Test("Rule 6: held stays held while the source cannot be read")
  func heldAndUnreadable() {
    let world = world("Invalid permissions")
    world.run(.hours(1))
    world.put(.missing, into: .jira)
    world.run(.hours(1))
    #expect(world.state() == .sourceUnavailable)
    #expect(world.log.alerts(.rotationHeld) == ["raised warning"])
  }

  @Test("Rule 10: a held value whose turn comes while its source is gone is not read without end")
  func heldTurnUnreadable() {
    let world = world("Invalid permissions")
    world.run(.hours(1))
    world.put(.missing, into: .jira)
    let before = world.log.readings
    world.run(.hours(24))
    #expect(world.log.readings - before < 100)
    world.put(.value("bad"), into: .jira)
    world.run(.minutes(1))
    #expect(world.log.sends.last?.attempt.reason == .heldRetry)
  }

  @Test("Rule 6: flapping between two bad values: each counts by its own fingerprint")
  func flappingBad() {
    let world = world("Invalid permissions")
    for turn in 0..<200 {
      world.put(.value(turn % 2 == 0 ? "worse" : "bad"), into: .jira)
      world.run(.seconds(7))
    }
    #expect(world.log.values.count { $0 == "bad" } <= 3)
    #expect(world.log.values.count { $0 == "worse" } <= 3)
  }

  @Test("Rule 6: beyond six sends in ten minutes new values wait")
  func flappingGood() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    for turn in 0..<60 {
      world.put(.value("v\(turn)"), into: .jira)
      world.run(.seconds(2))
    }
    #expect((7...9).contains(world.log.sends.count))
    world.run(.hours(1))
    #expect(world.log.values.last == "v59")
  }

  @Test("Rule 6: Duplicate is held at once, and says so where an answer was lost before")
  func duplicate() {
    let world = world("Duplicate secrets")
    world.run(.minutes(10))
    #expect(world.log.values == ["bad"])
    #expect(world.state() == .held)
    #expect(world.log.said(.rotationFailed).last?.message.contains("may already have") == false)
    #expect(world.log.said(.rotationHeld).last?.reason == "duplicate")
  }

  @Test("Rule 6: Duplicate after a send whose answer was lost: DX may already have it")
  func duplicateAfterLostAnswer() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    world.dx.values["lost"] = .unreachable("connection reset")
    world.put(.value("lost"), into: .jira)
    world.run(.seconds(2))
    world.dx.values["lost"] = .throttle(nil)
    world.run(.minutes(1))
    world.dx.values["lost"] = .refuse("duplicate_settings")
    world.run(.minutes(5))
    #expect(world.log.said(.rotationFailed).last?.message.contains("may already have") == true)
    #expect(world.log.said(.rotationHeld).last?.message.contains("may already have") == true)
  }

  @Test("Rule 6: a reload of a key name or a source starts afresh; of a policy does not")
  func reloaded() {
    let world = world("Invalid permissions")
    world.run(.hours(1))
    #expect(world.log.values.count == 3)
    world.reload { $0.credentials[0].policy.rotateBefore = .days(10) }
    world.run(.minutes(1))
    #expect(world.log.values.count == 3)
    world.reload { $0.credentials[0].secrets[0].key = "token" }
    world.run(.seconds(10))
    #expect(world.log.values.count == 4)
    #expect(world.log.sends.last?.attempt.ordinal == 1)
  }

  @Test("Rule 9: credential_not_found is held from the first answer")
  func notFound() {
    let world = EngineWorld(.of()) {
      $0.list("2026-12-31")
      $0.dx.updates[.jira] = .notFound
    }
    world.run(.minutes(1))
    world.put(.value("new"), into: .jira)
    world.run(.hours(5))
    #expect(world.log.values == ["new"])
    #expect(world.state() == .held)
    #expect(world.log.alerts(.rotationHeld) == ["raised warning"])
  }

  @Test("Rule 9: missing from its list → info → credential_missing → listed again → goes on")
  func missing() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    let row = world.dx.listed.removeValue(forKey: .jira)
    world.run(.minutes(61))
    #expect(world.log.infos.count == 1)
    #expect(world.log.alerts(.credentialMissing) == ["raised warning"])
    world.put(.value("new"), into: .jira)
    world.run(.hours(3))
    #expect(world.log.values == [])
    #expect(world.log.alerts(.rotationHeld) == [])
    world.dx.listed[.jira] = row
    world.run(.hours(1))
    #expect(world.log.alerts(.credentialMissing).last == "resolved warning")
    #expect(world.log.said(.credentialMissing).last?.reason == "resolved")
    #expect(world.log.values == ["new"])
  }

  @Test("Rule 9: missing from its list, but known to info → nothing is said")
  func listedElsewhere() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.dx.listed[.jira]?.deletedAt = nil
    let row = world.dx.listed[.jira]
    world.run(.minutes(1))
    world.dx.lists[1] = .accept
    world.dx.listed[.jira] = row
    world.run(.hours(2))
    #expect(world.log.alerts(.credentialMissing) == [])
    world.dx.listed[.jira]?.deletedAt = .at("2026-06-01T01:00:00Z")
    world.run(.hours(2))
    #expect(world.log.alerts(.credentialMissing) == ["raised warning"])
  }

  @Test("credential_disabled follows DX's disabled_at")
  func disabled() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    world.dx.listed[.jira]?.disabledAt = .at("2026-06-01T00:30:00Z")
    world.run(.hours(1))
    #expect(world.log.alerts(.credentialDisabled) == ["raised warning"])
    #expect(world.record().view.needsAttention)
    world.dx.listed[.jira]?.disabledAt = nil
    world.run(.hours(1))
    #expect(world.log.alerts(.credentialDisabled) == ["raised warning", "resolved warning"])
    #expect(!world.record().view.needsAttention)
  }
}
