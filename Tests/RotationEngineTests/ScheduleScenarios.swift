import Testing

@testable import RotationEngine

/// When a credential is sent (contract section 4, rules 1 to 5).
@Suite struct ScheduleScenarios {
  @Test("Rule 3: in the window and never accepted from here → sent once")
  func inTheWindow() {
    let world = EngineWorld(.of()) { $0.list("2026-06-10") }
    world.run(.hours(3))
    #expect(world.log.values == ["jira-old"])
    #expect(world.log.sends.first?.attempt.reason == .firstInWindow)
    #expect(world.store.attempts.map(\.outcome) == [.accepted])
  }

  @Test("Rule 3: far off → adopted, not sent, and the event names rotate")
  func farOff() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.days(3))
    #expect(world.log.values == [])
    #expect(world.log.said(.adopted).count == 1)
    #expect(world.log.said(.adopted).first?.message.contains("dx-rotated rotate jira") == true)
    #expect(world.state() == .watching)
    #expect(world.record().view.windowOpensAt == .at("2026-12-17"))
    #expect(world.record().view.nextActionAt == .at("2026-12-17"))
  }
}
