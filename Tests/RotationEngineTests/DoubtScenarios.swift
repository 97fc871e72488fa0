import Testing

@testable import RotationEngine

/// What DX has is not known once the answer to a send was lost (contract section 4, rules 1, 6 and 11).
@Suite struct DoubtScenarios {
  /// `old` is accepted, `new` is sent and its answer lost, and the source is back at `old`.
  private func world(then prepare: (EngineWorld) -> Void = { _ in }) -> EngineWorld {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    world.put(.value("old"), into: .jira)
    world.run(.minutes(1))
    world.dx.values["new"] = .unreachable("timed out after 60s")
    world.put(.value("new"), into: .jira)
    world.run(.seconds(5))
    #expect(world.log.values == ["old", "new"])
    prepare(world)
    world.put(.value("old"), into: .jira)
    return world
  }

  @Test("The value that was accepted is sent again, once, and at once")
  func sentAgain() {
    let world = world()
    world.run(.seconds(5))
    #expect(world.log.values == ["old", "new", "old"])
    world.run(.days(30))
    #expect(world.log.values.count == 3)
    #expect(world.state() == .watching)
  }

  @Test("It survives a restart")
  func restarted() {
    let world = world { world in
      world.restart()
      world.run(.milliseconds(10))
    }
    world.run(.minutes(1))
    #expect(world.log.values.suffix(1) == ["old"])
    #expect(world.record().accepted?.isInDoubt == false)
  }

  @Test("A send that was cut off is no other than one whose answer was lost")
  func interrupted() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    world.put(.value("old"), into: .jira)
    world.run(.minutes(1))
    world.dx.values["new"] = .silent
    world.put(.value("new"), into: .jira)
    world.run(.seconds(5))
    world.sources[.jira] = .value("old")
    world.restart()
    world.run(.minutes(1))
    #expect(world.log.values == ["old", "new", "old"])
  }

  @Test("`Duplicate secrets` says that nothing took its place")
  func duplicate() {
    let world = world { $0.dx.values["old"] = .refuse("Duplicate secrets") }
    world.run(.days(3))
    #expect(world.log.values == ["old", "new", "old"])
    #expect(world.state() == .watching)
    #expect(world.log.alerts(.rotationHeld) == [])
  }

  @Test("A refusal that follows does not tell what DX has: the value before is sent again")
  func refusedLater() {
    let world = world { world in
      world.dx.values["new"] = .refuse("Invalid credentials")
      world.run(.minutes(5))
    }
    world.run(.minutes(1))
    #expect(world.log.values.last == "old")
  }
}
