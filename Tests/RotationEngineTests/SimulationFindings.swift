import Testing

@testable import RotationEngine

/// What the simulation found in the engine, each as a scenario of its own.
@Suite struct SimulationFindings {
  @Test("A disk that was full says nothing of DX: `api_unavailable` waits for `alert.after`")
  func diskBeforeOutage() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    world.put(.value("new"), into: .jira)
    for _ in 0..<360 {
      world.store.decline[.jira] = .unrecordable("no space left on device")
      world.run(.seconds(10))
    }
    #expect(world.log.values == [])
    world.store.decline = [:]
    world.dx.values["new"] = .status(502)
    for _ in 0..<120 where world.log.values.isEmpty { world.run(.minutes(1)) }
    #expect(world.log.values == ["new"])
    #expect(world.log.alerts(.apiUnavailable) == [])
    world.run(.hours(4))
    #expect(world.log.alerts(.apiUnavailable) == ["raised warning"])
  }

  @Test("A restart does not empty the budget of the minute")
  func budgetAcrossRestarts() {
    let settings = Settings.many(12, connections: 1)
    let world = EngineWorld(settings) { $0.settings.api.requestsPerMinute = 8 }
    world.run(.minutes(2))
    for credential in settings.credentials {
      world.put(.value("new"), into: credential.key)
    }
    world.run(.seconds(10))
    let sent = world.log.sends.count
    #expect((5...8).contains(sent))
    world.restart()
    world.run(.seconds(45))
    #expect(world.log.sends.count <= sent + 1)
    world.run(.minutes(3))
    #expect(world.log.sends.count == 12)
  }

  @Test("A date that a wrong clock called superseded is in force again once the clock is right")
  func supersededByAWrongClock() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    world.clockError = .days(365)
    world.put(.value("new"), into: .jira)
    world.run(.minutes(1))
    #expect(world.log.values == ["new"])
    #expect(world.record().accepted?.supersededDate == .at("2026-12-31"))
    world.clockError = .zero
    world.send(.tick)
    #expect(world.record().accepted?.supersededDate == nil)
    #expect(world.record().view.expiresAt == .at("2026-12-31"))
  }
}
