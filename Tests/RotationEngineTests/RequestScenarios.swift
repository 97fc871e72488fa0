import Testing

@testable import RotationEngine

/// What `rotate` and `plan` get from the engine, in the daemon and alone.
@Suite struct RequestScenarios {
  private func daemon(_ prepare: (EngineWorld) -> Void = { _ in }) -> EngineWorld {
    let world = EngineWorld(.of()) {
      $0.list("2026-12-31")
      prepare($0)
    }
    world.run(.minutes(1))
    return world
  }

  private func ask(
    _ world: EngineWorld, _ request: RotateRequest, _ key: CredentialKey = .jira
  ) -> [RotateAnswer]? {
    world.send(.rotateRequested(request, key))
    world.run(.seconds(5))
    return world.log.answers[request.ticket]
  }

  @Test("rotate sends what was only adopted; then there is nothing to send; --force sends again")
  func plain() {
    let world = daemon()
    #expect(ask(world, RotateRequest(ticket: 1)) == [.rotated])
    #expect(world.log.sends.last?.attempt.reason == .requested)
    #expect(ask(world, RotateRequest(ticket: 2)) == [.nothingToSend])
    #expect(ask(world, RotateRequest(ticket: 3, force: true)) == [.rotated])
    #expect(world.log.sends.last?.attempt.reason == .forced)
    #expect(world.log.values == ["jira-old", "jira-old"])
  }

  @Test("rotate --dry-run sends nothing")
  func dryRun() {
    let world = daemon()
    #expect(ask(world, RotateRequest(ticket: 1, dryRun: true)) == [.wouldSend(.requested)])
    #expect(
      ask(world, RotateRequest(ticket: 2, force: true, dryRun: true)) == [.wouldSend(.forced)])
    #expect(world.log.sends.isEmpty)
    world.run(.days(2))
    #expect(world.log.sends.isEmpty)
  }

  @Test("rotate of a held value starts afresh; its failure is the answer")
  func held() {
    let world = daemon { $0.dx.values["bad"] = .refuse("Invalid credentials") }
    world.put(.value("bad"), into: .jira)
    world.run(.hours(1))
    #expect(world.log.sends.count == 3)
    guard case .failed(let error)? = ask(world, RotateRequest(ticket: 1))?.first else {
      Issue.record("no failure")
      return
    }
    #expect(error.kind == .verification)
    #expect(error.error == "Invalid credentials")
    #expect(world.log.sends.last?.attempt.ordinal == 1)
  }

  @Test("rotate of an unknown and of a disabled credential; --force sends a disabled one")
  func unknown() {
    let world = EngineWorld(.jira { $0.enabled = false })
    world.run(.minutes(1))
    #expect(ask(world, RotateRequest(ticket: 1), .gitlab) == [.unknown])
    #expect(ask(world, RotateRequest(ticket: 2)) == [.disabled])
    #expect(ask(world, RotateRequest(ticket: 3, force: true)) == [.rotated])
    #expect(world.log.values == ["jira-old"])
  }

  @Test("rotate while a send is under way is answered by it; a second asker is told it is claimed")
  func whileSending() {
    let world = daemon { $0.latency = .seconds(4) }
    world.put(.value("new"), into: .jira)
    world.run(.seconds(2))
    #expect(world.log.sends.count == 1)
    world.send(.rotateRequested(RotateRequest(ticket: 1), .jira))
    world.send(.rotateRequested(RotateRequest(ticket: 2), .jira))
    #expect(world.log.answers[2] == [.claimed])
    world.run(.minutes(1))
    #expect(world.log.answers[1] == [.rotated])
    #expect(world.log.sends.count == 1)
  }

  @Test("rotate right after a change, while a reading from before it is under way")
  func rightAfterAChange() {
    let world = daemon()
    world.put(.value("jira-old"), into: .jira)
    world.run(.milliseconds(1))
    world.put(.value("new"), into: .jira, seen: false)
    #expect(ask(world, RotateRequest(ticket: 1)) == [.rotated])
    #expect(world.log.values == ["new"])
  }

  @Test("rotate while the value still changes sends what holds still")
  func whileChanging() {
    let world = daemon()
    world.send(.rotateRequested(RotateRequest(ticket: 1), .jira))
    for part in 0..<20 {
      world.put(.value("part\(part)"), into: .jira)
      world.run(.milliseconds(80))
    }
    world.run(.seconds(2))
    #expect(world.log.answers[1] == [.rotated])
    #expect(world.log.values == ["part19"])
    #expect(world.keptCount == 0)
  }

  @Test("rotate while throttled or unauthorized, and with a failing source")
  func closed() {
    let world = daemon { $0.dx.throttle = .after(.minutes(30)) }
    guard case .failed(let error)? = ask(world, RotateRequest(ticket: 1))?.first else {
      Issue.record("no failure")
      return
    }
    #expect(error.kind == .throttled)
    let failing = daemon()
    failing.put(.missing, into: .jira)
    failing.run(.seconds(2))
    #expect(
      ask(failing, RotateRequest(ticket: 2))
        == [.sourceUnavailable(SourceFailure(.missing, "no such file /run/secret"))])
    let refused = daemon()
    refused.dx.refusedKeys = ["key-1"]
    guard case .failed(let first)? = ask(refused, RotateRequest(ticket: 3))?.first,
      case .failed(let second)? = ask(refused, RotateRequest(ticket: 4))?.first
    else {
      Issue.record("no failure")
      return
    }
    #expect([first.kind, second.kind] == [.unauthorized, .unauthorized])
    #expect(refused.log.sends.count == 1)
  }

  private func alone(
    _ settings: Settings = .of(), _ request: RotateRequest = RotateRequest(ticket: 1),
    _ prepare: (EngineWorld) -> Void = { _ in }
  ) -> EngineWorld {
    let world = EngineWorld(settings, mode: .onePass, prepare: prepare)
    for credential in settings.credentials {
      world.send(.rotateRequested(request, credential.key))
    }
    world.runUntilQuiet()
    return world
  }

  @Test("One pass: sends, reads the list again, raises nothing, and is quiet")
  func onePass() {
    let world = alone { $0.list("2026-06-10") }
    #expect(world.log.answers[1] == [.rotated])
    #expect(world.log.lists.count == 1)
    #expect(world.log.alerts.isEmpty)
    #expect(world.record().accepted?.supersededDate == .at("2026-06-10"))
    #expect(world.record().accepted?.origin == .pushedFresh)
    #expect(world.keptCount == 0)
    world.restart()
    world.run(.days(12))
    #expect(world.log.values == ["jira-old"])
    #expect(world.log.alerts.isEmpty)
  }

  @Test("One pass: a dry run stores nothing")
  func onePassDryRun() {
    let world = alone(.of(), RotateRequest(ticket: 1, dryRun: true))
    #expect(world.log.answers[1] == [.wouldSend(.requested)])
    #expect(world.record().accepted == nil)
    #expect(world.log.sends.isEmpty)
  }

  @Test("One pass: a key refused earlier is tried; a throttle is not waited for")
  func onePassGates() {
    let refused = alone {
      $0.store.instance.unauthorizedSince = .at("2026-05-31")
      $0.store.instance.probe = BackoffState(
        since: .at("2026-05-31"), failures: 9, nextAt: .at("2026-06-01T00:50:00Z"))
    }
    #expect(refused.log.answers[1] == [.rotated])
    #expect(refused.store.instance.unauthorizedSince == nil)

    let throttled = alone {
      $0.store.instance.throttle = BackoffState(
        since: .at("2026-05-31"), failures: 1, nextAt: .at("2026-06-01T00:30:00Z"))
    }
    guard case .failed(let error)? = throttled.log.answers[1]?.first else {
      Issue.record("no failure")
      return
    }
    #expect(error.kind == .throttled)
    #expect(throttled.log.arrivals.isEmpty)
  }

  @Test("One pass: a gate that closes on the way answers everybody, and the pass ends")
  func onePassClosing() {
    for throttle in [true, false] {
      let world = alone(.many(30, connections: 1)) {
        if throttle { $0.dx.throttle = .after(.minutes(50)) } else { $0.dx.refusedKeys = ["key-1"] }
      }
      #expect(world.log.answers[1]?.count == 30)
      #expect(world.now < EngineWorld.start + .minutes(2))
      #expect(world.keptCount == 0)
    }
  }

  @Test("One pass: the key cannot be read, or the source not, or DX not reached")
  func onePassFailures() {
    let missing = SourceFailure(.missing, "no such file /run/secret")
    #expect(alone { $0.apiKey = .missing }.log.answers[1] == [.sourceUnavailable(missing)])
    #expect(
      alone { $0.sources[.jira] = .missing }.log.answers[1] == [.sourceUnavailable(missing)])
    let down = alone { $0.dx.isDown = true }
    guard case .failed(let error)? = down.log.answers[1]?.first else {
      Issue.record("no failure")
      return
    }
    #expect(error.kind == .unreachable)
  }
}
