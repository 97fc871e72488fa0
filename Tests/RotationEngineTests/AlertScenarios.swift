import Testing

@testable import RotationEngine

/// How alerts are raised, escalated, repeated and resolved (contract, end of section 4).
@Suite struct AlertScenarios {
  private func awaiting() -> EngineWorld {
    let world = EngineWorld(.jira { $0.expiration = .fixed(.at("2026-06-10")) }) {
      var record = CredentialRecord(key: .jira, name: "jira")
      record.revision = 1
      record.firstReadAt = .at("2026-01-01")
      record.accepted = AcceptedValue(
        fingerprint: Fingerprint(of: "jira-old"), at: .at("2026-01-01"), origin: .pushedFresh)
      $0.store.records[.jira] = record
    }
    world.run(.minutes(1))
    return world
  }

  @Test("An alert is repeated every alert.repeat, across restarts too")
  func repeated() {
    let world = awaiting()
    #expect(world.log.alerts(.awaitingSecret) == ["raised warning"])
    for _ in 0..<6 {
      world.run(.hours(11))
      world.restart()
    }
    #expect(
      world.log.alerts(.awaitingSecret) == [
        "raised warning", "repeated warning", "repeated warning",
      ])
    let message = world.log.said(.awaitingSecret).last?.message
    #expect(message?.contains("since 2026-06-01T00:00:00Z") == true)
  }

  @Test("awaiting_secret escalates, and becomes expired: the old name is resolved without a line")
  func superseded() {
    let world = awaiting()
    world.run(.days(6) + .hours(1))
    #expect(world.log.alerts(.awaitingSecret).last == "escalated critical")
    #expect(world.log.said(.awaitingSecret).last?.urgency == .critical)
    let lines = world.log.said(.awaitingSecret).count
    world.run(.days(3))
    #expect(world.log.alerts(.expired).first == "raised critical")
    #expect(world.log.alerts(.awaitingSecret).last == "resolved critical")
    let resolved = world.log.alerts.last { $0.notice.alert.kind == .awaitingSecret }
    #expect(resolved?.notice.announcement.reason == "superseded")
    let later = world.log.said(.awaitingSecret).count - lines
    #expect(later == world.log.alerts(.awaitingSecret).count { $0 == "repeated critical" })
  }

  @Test("expired stands through the review of an accepted first value, under an unmoved date")
  func expiredInReview() {
    let world = EngineWorld(.of()) {
      $0.list("2026-05-01")
      $0.dx.updates[.jira] = .unreachable("connection reset")
    }
    world.run(.minutes(1))
    #expect(world.log.alerts(.expired) == ["raised critical"])
    world.dx.updates[.jira] = nil
    world.run(.minutes(10))
    #expect(world.log.values.count >= 2)
    #expect(world.record().accepted?.origin == .pushed)
    #expect(world.log.alerts(.expired) == ["raised critical"])
  }

  @Test("A held value becomes critical with its window")
  func heldEscalates() {
    let world = awaiting()
    world.dx.values["bad"] = .refuse("Invalid credentials")
    world.put(.value("bad"), into: .jira)
    world.run(.days(1))
    #expect(world.log.alerts(.rotationHeld).first == "raised warning")
    world.run(.days(6))
    #expect(world.log.alerts(.rotationHeld).contains("escalated critical"))
    world.put(.value("good"), into: .jira)
    world.run(.minutes(1))
    #expect(world.log.alerts(.rotationHeld).last == "resolved critical")
  }

  @Test("What stands can be told again and again; with nothing standing there is nothing")
  func standing() {
    let world = awaiting()
    let notices = world.engine.standingAlerts(at: world.now)
    #expect(notices.map(\.phase) == [.repeated])
    #expect(notices.map(\.alert.kind) == [.awaitingSecret])
    #expect(notices.first?.announcement.message.hasPrefix("jira: expires 2026-06-10") == true)
    world.reload { $0.credentials[0].policy.expiration = .fixed(.at("2027-06-10")) }
    world.run(.minutes(1))
    #expect(world.engine.standingAlerts(at: world.now) == [])
  }

  @Test("An outage with a critical credential behind it is critical")
  func criticalOutage() {
    let world = awaiting()
    world.run(.days(7))
    world.dx.isDown = true
    world.put(.value("new"), into: .jira)
    world.run(.hours(1))
    #expect(world.log.alerts(.apiUnavailable).first == "raised critical")
    world.dx.isDown = false
    world.run(.hours(1))
    #expect(world.log.alerts(.apiUnavailable).last == "resolved critical")
    #expect(world.log.alerts(.awaitingSecret).last == "repeated critical")
  }

  @Test("With every credential gone, the instance's alerts are resolved")
  func nothingLeft() {
    let world = EngineWorld(.of()) { $0.dx.refusedKeys = ["key-1"] }
    world.run(.minutes(1))
    #expect(world.log.alerts(.apiUnauthorized) == ["raised critical"])
    world.reload { $0.credentials = [] }
    #expect(world.log.alerts(.apiUnauthorized).last == "resolved critical")
  }
}
