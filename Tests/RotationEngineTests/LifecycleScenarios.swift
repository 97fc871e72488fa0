import Testing

@testable import RotationEngine

/// Restarts, reloads, stops, people's requests and clocks (contract section 4, rules 11 and 13).
@Suite struct LifecycleScenarios {
  @Test("Rule 11: a restart sends nothing twice and raises no alert again")
  func restart() {
    let world = EngineWorld(.of([.named("jira", .jira), .named("gitlab", .gitlab)])) {
      $0.list("2026-06-10")
      $0.dx.values["bad"] = .refuse("Invalid permissions")
    }
    world.run(.minutes(1))
    world.put(.value("bad"), into: .gitlab)
    world.run(.hours(2))
    let sends = world.log.sends.count
    let alerts = world.log.alerts.count
    #expect(alerts == 2)
    for _ in 0..<10 {
      world.restart()
      world.run(.minutes(5))
    }
    #expect(world.log.sends.count == sends)
    #expect(world.log.alerts.count == alerts)
    #expect(world.log.said(.adopted).count == 2)
    #expect(world.state(.gitlab) == .held)
  }

  @Test("Rule 11: the backoff survives a restart")
  func backoffSurvives() {
    let world = EngineWorld(.of()) {
      $0.list("2026-12-31")
      $0.dx.updates[.jira] = .unreachable("connection reset")
    }
    world.run(.minutes(1))
    world.put(.value("new"), into: .jira)
    world.run(.hours(6))
    let sends = world.log.sends.count
    for _ in 0..<10 {
      world.restart()
      world.run(.seconds(30))
    }
    #expect(world.log.sends.count <= sends + 1)
    #expect(world.record().view.state == .retrying || world.log.sends.count > sends)
  }

  @Test("Rule 11: interrupted → counted, said, closed, and sent once more")
  func interrupted() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    world.dx.updates[.jira] = .silent
    world.put(.value("new"), into: .jira)
    world.run(.seconds(2))
    #expect(world.log.sends.count == 1)
    world.dx.updates[.jira] = nil
    world.restart()
    world.run(.minutes(1))
    #expect(world.log.values == ["new", "new"])
    #expect(world.log.said(.interrupted).count == 1)
    #expect(world.store.attempts.map { $0.outcome?.name } == ["interrupted", "accepted"])
    #expect(world.log.sends.map(\.attempt.ordinal) == [1, 2])
    #expect(world.log.sends.last?.attempt.reason == .interrupted)
    world.restart()
    world.run(.hours(1))
    #expect(world.log.sends.count == 2)
  }

  @Test("Rule 6: three interruptions of one value → held")
  func interruptedThrice() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    world.dx.updates[.jira] = .silent
    world.put(.value("new"), into: .jira)
    for _ in 0..<4 {
      world.run(.seconds(5))
      world.restart()
    }
    world.run(.hours(1))
    #expect(world.log.sends.count == 3)
    #expect(world.state() == .held)
    #expect(world.log.alerts(.rotationHeld) == ["raised warning"])
  }

  @Test("Rule 11: what cannot be recorded is not sent; the next try is a backoff away")
  func unrecordable() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    world.store.decline[.jira] = .unrecordable("no space left on device")
    world.put(.value("new"), into: .jira)
    world.run(.seconds(5))
    #expect(world.log.sends.count == 0)
    #expect(world.record().lastError?.kind == .state)
    #expect(world.log.said(.rotationFailed).count == 1)
    world.run(.minutes(1))
    #expect(world.log.values == ["new"])
  }

  @Test("Rule 11: another process's word holds")
  func outdated() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    var theirs = world.record()
    theirs.revision += 5
    theirs.accepted = AcceptedValue(
      fingerprint: Fingerprint(of: "new"), at: world.now, origin: .pushedFresh)
    world.store.decline[.jira] = .outdated(theirs)
    world.put(.value("new"), into: .jira)
    world.run(.minutes(5))
    #expect(world.log.sends.count == 0)
    #expect(world.record().accepted?.fingerprint.text == "new")
    #expect(world.state() == .watching)
  }

  @Test(
    "A record that another process has stored costs no place in the budget where nothing was being sent"
  )
  func outdatedRecord() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    var theirs = world.record()
    theirs.revision += 5
    world.send(.sendDeclined(.jira, .outdated(theirs)))
    world.send(.stopRequested)
    #expect(world.log.stops == 1)
  }

  @Test("A claimed credential is tried again later")
  func claimed() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    world.store.decline[.jira] = .claimed
    world.put(.value("new"), into: .jira)
    world.run(.minutes(2))
    #expect(world.log.values == ["new"])
  }

  @Test("Reload: a removed credential's alerts are resolved; its send under way is recorded")
  func removed() {
    let world = EngineWorld(.of([.named("jira", .jira), .named("gitlab", .gitlab)])) {
      $0.list("2026-06-10")
    }
    world.run(.hours(1))
    #expect(world.log.alerts(.awaitingSecret) == ["raised warning"])
    world.put(.value("new"), into: .jira)
    world.latency = .seconds(20)
    world.run(.seconds(5))
    #expect(world.log.values.last == "new")
    world.reload { $0.credentials.removeAll { $0.key == .jira } }
    #expect(world.log.alerts(.awaitingSecret).last == "resolved warning")
    world.run(.minutes(1))
    #expect(world.store.attempts.last?.outcome == .accepted)
    #expect(world.record().accepted?.fingerprint.text == "new")
    let sends = world.log.sends.count
    world.reload { $0.credentials.append(.named("jira", .jira)) }
    world.run(.hours(1))
    #expect(world.log.sends.count == sends)
    world.run(.minutes(1))
    #expect(world.engine.isQuiet)
  }

  @Test("Reload: removed and back again while a send is under way → it is not sent twice")
  func removedAndBack() {
    let world = EngineWorld(.of([.named("jira", .jira), .named("gitlab", .gitlab)]))
    world.run(.minutes(1))
    world.latency = .seconds(20)
    world.put(.value("new"), into: .jira)
    world.run(.seconds(5))
    world.reload { $0.credentials.removeAll { $0.key == .jira } }
    world.run(.seconds(1))
    world.reload { $0.credentials.append(.named("jira", .jira)) }
    world.run(.minutes(5))
    #expect(world.log.values == ["new"])
    #expect(world.record().accepted?.fingerprint.text == "new")
  }

  @Test("A credential removed while no daemon ran: its alerts are resolved at the start")
  func removedMeanwhile() {
    let world = EngineWorld(.of([.named("jira", .jira), .named("gitlab", .gitlab)])) {
      $0.list("2026-06-10")
    }
    world.run(.hours(1))
    world.settings.credentials.removeAll { $0.key == .jira }
    world.restart()
    #expect(world.log.alerts(.awaitingSecret) == ["raised warning", "resolved warning"])
    #expect(world.record().alerts == [])
  }

  @Test("Reload: disabled → alerts resolved, nothing read or listed; enabled again → goes on")
  func disabled() {
    let world = EngineWorld(.of()) { $0.list("2026-06-10") }
    world.run(.hours(1))
    world.reload { $0.credentials[0].policy.enabled = false }
    world.run(.minutes(1))
    #expect(world.state() == .disabled)
    #expect(world.log.alerts(.awaitingSecret).last == "resolved warning")
    let readings = world.log.readings
    let lists = world.log.lists.count
    world.put(.value("new"), into: .jira)
    world.run(.hours(5))
    #expect(world.log.readings == readings)
    #expect(world.log.lists.count == lists)
    world.reload { $0.credentials[0].policy.enabled = true }
    world.run(.minutes(1))
    #expect(world.log.values.last == "new")
  }

  @Test("Reload while values are being read or wait to be sent: none is left over")
  func reloadWhilePreparing() {
    for step in 0..<40 {
      let world = EngineWorld(.many(30, connections: 3)) { $0.settings.api.concurrency = 2 }
      world.run(.minutes(1))
      for credential in world.settings.credentials {
        world.put(.value("new"), into: credential.key)
      }
      world.run(.milliseconds(490 + Int64(step) * 5))
      world.reload { settings in
        for index in settings.credentials.indices where index % 3 == 0 {
          settings.credentials[index].secrets[0].source = Source(.file(path: "/run/other"))
        }
        settings.credentials.removeLast(5)
      }
      world.run(.minutes(10))
      #expect(world.keptCount == 0)
      #expect(world.engine.isQuiet)
      for credential in world.settings.credentials {
        #expect(world.record(credential.key).accepted?.fingerprint.text == "new")
      }
      #expect(world.log.sends.count <= 30)
    }
  }

  @Test("Stop: a send under way is waited for and finished; then, once, stopped")
  func stop() {
    let world = EngineWorld(.many(30, connections: 1)) { $0.latency = .seconds(20) }
    world.run(.minutes(1))
    for credential in world.settings.credentials {
      world.put(.value("new"), into: credential.key)
    }
    world.send(.rotateRequested(RotateRequest(ticket: 3), world.settings.credentials[29].key))
    world.run(.seconds(5))
    world.send(.stopRequested)
    #expect(world.log.stops == 0)
    let sends = world.log.sends.count
    world.run(.minutes(5))
    #expect(world.log.answers[3]?.count == 1)
    #expect(world.log.stops == 1)
    #expect(world.log.sends.count == sends)
    #expect(world.store.attempts.allSatisfy { $0.outcome == .accepted })
    #expect(world.keptCount == 0)
    #expect(world.engine.nextDeadline == nil)
    world.restart()
    world.run(.minutes(5))
    #expect(world.log.sends.count == 30)
  }

  @Test("Rule 13: a clock a year ahead that is put right costs one span")
  func clockJumps() {
    let world = EngineWorld(.of { $0.retry.hold = .every(.hours(6)) }) {
      $0.list("2030-12-31")
      $0.dx.values["bad"] = .refuse("Invalid permissions")
    }
    world.run(.minutes(1))
    world.clockError = .days(365)
    world.put(.value("bad"), into: .jira)
    world.run(.hours(1))
    #expect(world.state() == .held)
    world.clockError = .zero
    world.run(.hours(7))
    #expect(world.log.sends.count == 4)
    let lists = world.log.lists.count
    world.run(.hours(2))
    #expect(world.log.lists.count >= lists + 1)
    world.run(.days(2))
    #expect(world.log.said(.summary).count >= 1)
  }

  @Test("Rule 13: times stored by a wrong clock are drawn anew at a start")
  func clockWrongBefore() {
    let world = EngineWorld(.of()) {
      $0.list("2030-12-31")
      $0.dx.updates[.jira] = .unreachable("connection reset")
      $0.clockError = .days(365)
    }
    world.run(.minutes(1))
    world.put(.value("new"), into: .jira)
    world.run(.hours(3))
    world.clockError = .zero
    world.dx.updates[.jira] = nil
    world.restart()
    world.run(.hours(1) + .minutes(1))
    #expect(world.record().accepted?.fingerprint.text == "new")
  }

  @Test("Rule 13: while the clock is before the build date, nothing is declared expired")
  func beforeTheBuild() {
    let world = EngineWorld(.jira { $0.expiration = .fixed(.at("2025-01-01")) }) {
      $0.clockError = .zero - .days(200)
      $0.dx.isDown = true
    }
    world.run(.hours(1))
    #expect(world.log.alerts(.expired) == [])
    world.clockError = .zero
    world.run(.hours(1))
    #expect(world.log.alerts(.expired) == ["raised critical"])
  }
}
