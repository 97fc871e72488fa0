import Testing

@testable import RotationEngine

/// What `plan` prints, from the daemon and alone.
@Suite struct ForecastTests {
  private func look(_ settings: Settings, _ prepare: (EngineWorld) -> Void) -> EngineWorld {
    let world = EngineWorld(settings, mode: .lookOnly, prepare: prepare)
    world.runUntilQuiet()
    #expect(world.log.arrivals.isEmpty)
    #expect(world.log.saves == 0)
    #expect(world.log.said.isEmpty)
    #expect(world.log.alerts.isEmpty)
    #expect(world.keptCount == 0)
    return world
  }

  private func stored(_ change: @escaping (inout CredentialRecord) -> Void) -> (EngineWorld) -> Void
  {
    { world in
      var record = CredentialRecord(key: .jira, name: "jira")
      record.revision = 1
      record.firstReadAt = .at("2026-01-01")
      record.accepted = AcceptedValue(
        fingerprint: Fingerprint(of: "jira-old"), at: .at("2026-01-01"), origin: .pushed)
      record.listed.at = .at("2026-05-31")
      record.listed.expiration = .at("2026-12-31")
      change(&record)
      world.store.records[.jira] = record
    }
  }

  private func action(
    _ policy: (inout Policy) -> Void = { _ in },
    _ change: @escaping (inout CredentialRecord) -> Void
  ) -> Forecast? {
    look(.jira(policy), stored(change)).engine.forecast().first
  }

  @Test("A first value: adopted, or sent where it is due or to be pushed")
  func first() {
    #expect(look(.of()) { _ in }.engine.forecast().map(\.action) == [.adopt])
    let due = look(.jira { $0.expiration = .fixed(.at("2026-06-05")) }) { _ in }
    #expect(due.engine.forecast().map(\.action) == [.send])
    #expect(due.engine.forecast().map(\.reason) == [.firstInWindow])
    let pushed = look(.jira { $0.firstSeen = .push }) { _ in }.engine.forecast()
    #expect(pushed.map(\.action) == [.send])
    #expect(pushed.map(\.reason) == [.firstSeen])
  }

  @Test("What was accepted waits for its window, or for a new secret")
  func watching() {
    let far = action { _ in }
    #expect(far?.action == .waitForWindow(.at("2026-12-17")))
    #expect(far?.at == .at("2026-12-17"))
    #expect(far?.expiresFrom == .dx)
    #expect(far?.state == .watching)
    #expect(action { $0.listed.expiration = .at("2026-06-05") }?.action == .awaitSecret)
    #expect(action { $0.listed.expiration = nil }?.action == .waitForChange)
    let adopted = action { $0.accepted?.origin = .adopted }
    #expect(adopted?.action == .sendAt(.at("2026-12-17")))
    #expect(adopted?.reason == .firstInWindow)
  }

  @Test("A changed value is sent now, in the window, or when its wait is over")
  func changed() {
    let other = Fingerprint(of: "other")
    #expect(action { $0.accepted?.fingerprint = other }?.action == .send)
    let waiting = action({ $0.onChange = .wait }) { $0.accepted?.fingerprint = other }
    #expect(waiting?.action == .sendAt(.at("2026-12-17")))
    #expect(waiting?.reason == .changed)
    let next = WallTime.at("2026-06-01T00:20:00Z")
    let retried = action {
      $0.accepted?.fingerprint = other
      $0.source.fingerprint = Fingerprint(of: "jira-old")
      $0.backoff = BackoffState(since: .at("2026-05-31"), failures: 4, nextAt: next)
    }
    #expect(retried?.action == .sendAt(next))
    let held = action {
      $0.accepted?.fingerprint = other
      $0.refusals = [
        Refusal(
          fingerprint: Fingerprint(of: "jira-old"), attempts: 3, lastAt: .at("2026-05-31"),
          cause: .invalidCredentials, nextAt: nil, isHeld: true)
      ]
    }
    #expect(held?.action == .hold(until: nil))
    #expect(held?.state == .held)
  }

  @Test("What DX does not list is not sent, whatever its source holds")
  func missing() {
    #expect(action { $0.listed.missingSince = .at("2026-05-31") }?.action == .missing)
    let changed = action {
      $0.listed.missingSince = .at("2026-05-31")
      $0.accepted?.fingerprint = Fingerprint(of: "other")
    }
    #expect(changed?.action == .missing)
    #expect(changed?.at == nil)
  }

  @Test("What stands in the way is named")
  func blocked() {
    let until = WallTime.at("2026-06-01T00:20:00Z")
    func forecast(_ change: (inout InstanceRecord) -> Void) -> Forecast? {
      look(.jira { $0.firstSeen = .push }) { change(&$0.store.instance) }.engine.forecast().first
    }
    let throttled = forecast {
      $0.throttle = BackoffState(since: .at("2026-05-31"), failures: 1, nextAt: until)
    }
    #expect(throttled?.action == .blocked(.throttled))
    #expect(throttled?.at == until)
    let unauthorized = forecast { $0.unauthorizedSince = .at("2026-05-31") }
    #expect(unauthorized?.action == .blocked(.unauthorized))
    let unreachable = forecast { $0.unreachableSince = .at("2026-05-31") }
    #expect(unreachable?.action == .blocked(.unreachable))
  }

  @Test("A disabled credential, and one whose source fails")
  func notReadable() {
    #expect(action({ $0.enabled = false }) { _ in }?.action == .disabled)
    let failing = look(.of()) { $0.sources[.jira] = .missing }.engine.forecast().first
    #expect(
      failing?.action == .sourceUnavailable(SourceFailure(.missing, "no such file /run/secret")))
    #expect(failing?.state == .sourceUnavailable)
  }

  @Test("The daemon's forecast is what it then does")
  func daemon() {
    let world = EngineWorld(.of()) { $0.list("2026-07-01") }
    world.run(.minutes(1))
    #expect(world.engine.forecast().map(\.action) == [.sendAt(.at("2026-06-17"))])
    world.run(.days(16))
    #expect(world.log.sends.first?.at == .at("2026-06-17") || world.log.sends.count == 1)
    #expect(world.engine.forecast().map(\.action) == [.awaitSecret])
  }
}
