import Testing

@testable import RotationEngine

/// What concerns DX and its key as a whole (contract section 4, rules 7, 8 and 12).
@Suite struct InstanceScenarios {
  @Test(
    "Rule 7: 429 → every request waits for Retry-After, up to an hour; nobody's attempt",
    arguments: [
      (Answer.RetryAfter.after(.seconds(90)), TimeSpan.seconds(90)),
      (.at(.at("2026-06-01T00:03:00Z")), .seconds(119)),
      (.after(.days(1)), .hours(1)),
      (.at(.at("2020-01-01")), .seconds(1)),
    ])
  func throttled(after: Answer.RetryAfter, wait: TimeSpan) {
    let world = EngineWorld(.many(6)) { $0.settings.api.concurrency = 1 }
    world.run(.minutes(1))
    world.dx.throttle = after
    for credential in world.settings.credentials.prefix(3) {
      world.put(.value("new"), into: credential.key)
    }
    world.run(.milliseconds(800))
    #expect(world.log.sends.count == 1)
    world.dx.throttle = nil
    let until = world.store.instance.throttle?.nextAt
    #expect(until.map { abs(($0 - world.log.sends[0].at - wait).milliseconds) < 1500 } == true)
    world.run(wait - .seconds(3))
    #expect(world.log.arrivals.count == 6 + 1 || wait < .seconds(5))
    world.run(.minutes(2))
    #expect(world.log.sends.count == 4)
    for credential in world.settings.credentials.prefix(3) {
      #expect(world.record(credential.key).refusals.isEmpty)
      #expect(world.record(credential.key).accepted?.fingerprint == Fingerprint(of: "new"))
    }
    #expect(world.store.instance.throttle == nil)
  }

  @Test("Rule 7: 429 without Retry-After waits for a growing backoff")
  func throttledBackoff() {
    let world = EngineWorld(.of())
    world.run(.minutes(1))
    world.dx.throttle = .some(nil)
    world.put(.value("new"), into: .jira)
    world.run(.minutes(10))
    let waits = world.log.waits(of: .jira)
    #expect((3...8).contains(world.log.sends.count))
    #expect(waits.last.map { $0 > waits[0] } == true)
    #expect(world.record().refusals.isEmpty)
    #expect(world.record().backoff == nil)
  }

  @Test("Rule 7: an outage → api_unavailable after alert.after → api_recovered, retries soon after")
  func outage() {
    let world = EngineWorld(.many(50, connections: 5))
    world.run(.minutes(1))
    world.dx.isDown = true
    for credential in world.settings.credentials.prefix(10) {
      world.put(.value("new"), into: credential.key)
    }
    world.run(.minutes(14))
    #expect(world.log.alerts(.apiUnavailable) == [])
    world.run(.minutes(3))
    #expect(world.log.alerts(.apiUnavailable) == ["raised warning"])
    #expect(world.log.alerts.last?.notice.credentialCount == 50)
    world.run(.hours(5))
    #expect(world.log.alerts(.apiUnavailable) == ["raised warning"])
    world.dx.isDown = false
    world.run(.hours(1))
    #expect(world.log.alerts(.apiUnavailable) == ["raised warning", "resolved warning"])
    #expect(world.log.said(.apiRecovered).count == 1)
    let back = world.log.said.first { $0.announcement.event == .apiRecovered }?.at
    let late = world.log.said.filter { $0.announcement.event == .rotated }
      .filter { $0.at - (back ?? $0.at) > .seconds(60) }
    #expect(late.isEmpty)
    #expect(world.store.attempts.count { $0.outcome == .accepted } == 10)
  }

  @Test("DX down at start: sources are read and adopted, and all goes on when it is up")
  func downAtStart() {
    let world = EngineWorld(.many(10)) { $0.dx.isDown = true }
    world.run(.minutes(20))
    #expect(world.log.said(.adopted).count == 10)
    #expect(world.log.said(.apiUnavailable).count == 2)
    #expect(world.log.alerts(.apiUnavailable) == ["raised warning"])
    world.dx.isDown = false
    world.run(.hours(1))
    #expect(world.log.alerts(.apiUnavailable).last == "resolved warning")
    #expect(world.store.instance.unreachableSince == nil)
  }

  @Test("Rule 12: one credential always 500 has its own backoff and alert; others are unharmed")
  func oneBroken() {
    let broken = CredentialKey(connection: 1, id: 1)
    let world = EngineWorld(.many(20, connections: 4)) { $0.dx.updates[broken] = .status(500) }
    world.run(.minutes(1))
    world.put(.value("new"), into: broken)
    for round in 0..<12 {
      world.run(.minutes(30))
      for credential in world.settings.credentials.dropFirst() {
        world.put(.value("r\(round)"), into: credential.key)
      }
      world.run(.seconds(20))
      for credential in world.settings.credentials.dropFirst() {
        #expect(world.record(credential.key).accepted?.fingerprint.text == "r\(round)")
      }
    }
    let waits = world.log.waits(of: broken)
    #expect(waits.last.map { $0 >= .minutes(30) } == true)
    #expect(world.record(broken).refusals.isEmpty)
    #expect(world.log.alerts(.apiUnavailable) == ["raised warning"])
    #expect(world.log.alerts.first?.notice.announcement.subject?.key == broken)
    world.dx.updates[broken] = nil
    world.run(.hours(1))
    #expect(world.log.alerts(.apiUnavailable) == ["raised warning", "resolved warning"])
  }

  @Test("Another value reaches DX as little as the one before: the alert stands until DX answers")
  func brokenWithAnotherValue() {
    let world = EngineWorld(.many(20, connections: 1)) {
      $0.dx.updates[CredentialKey(connection: 1, id: 1)] = .status(502)
    }
    let broken = CredentialKey(connection: 1, id: 1)
    world.run(.minutes(1))
    world.put(.value("new"), into: broken)
    world.run(.minutes(50))
    world.put(.value("newer"), into: broken)
    world.run(.minutes(50))
    #expect(world.log.alerts(.apiUnavailable) == ["raised warning"])
    world.dx.updates[broken] = nil
    world.run(.hours(1))
    #expect(world.log.alerts(.apiUnavailable) == ["raised warning", "resolved warning"])
  }

  @Test("Rule 12: one credential always 500 in a quiet fleet is not an outage of DX")
  func oneBrokenAlone() {
    let world = EngineWorld(.many(20, connections: 1)) {
      $0.dx.updates[CredentialKey(connection: 1, id: 1)] = .status(502)
    }
    world.run(.minutes(1))
    world.put(.value("new"), into: CredentialKey(connection: 1, id: 1))
    world.run(.minutes(50))
    #expect(world.log.alerts(.apiUnavailable) == ["raised warning"])
    #expect(world.log.alerts.first?.notice.announcement.subject != nil)
  }

  @Test("Rule 8: not_authed → one alert for 1,000 credentials, one probe at a time, and on at once")
  func unauthorized() {
    let world = EngineWorld(.many(1000, connections: 100) { $0.firstSeen = .push }) {
      $0.dx.refusedKeys = ["key-1"]
    }
    world.run(.hours(3))
    #expect(world.log.alerts(.apiUnauthorized) == ["raised critical"])
    #expect(world.log.alerts.count == 1)
    #expect(world.log.alerts.first?.notice.credentialCount == 1000)
    #expect(world.log.alerts.first?.notice.announcement.httpStatus == 401)
    #expect(world.store.instance.unauthorizedSince != nil)
    let probes = world.log.arrivals.count
    #expect((6...20).contains(probes))
    #expect(world.engine.statusLine(at: world.now).contains("refuses the API key"))
    world.putKey(.value("key-2"))
    world.run(.seconds(2))
    #expect(world.log.alerts(.apiUnauthorized) == ["raised critical", "resolved critical"])
    #expect(world.log.said(.apiRecovered).count == 1)
    #expect(world.log.arrivals.count > probes + 2)
    world.run(.minutes(5))
    #expect(world.store.attempts.count { $0.outcome == .accepted } == 1000)
    #expect(world.log.busiestMinute <= 600)
  }

  @Test("Rule 8: the same key is accepted again by a probe")
  func unauthorizedForAWhile() {
    let world = EngineWorld(.of())
    world.run(.minutes(1))
    world.dx.refusedKeys = ["key-1"]
    world.put(.value("new"), into: .jira)
    world.run(.hours(2))
    #expect(world.log.sends.count == 1)
    #expect(world.record().refusals.isEmpty)
    world.dx.refusedKeys = []
    world.run(.hours(1))
    #expect(world.log.sends.count == 2)
    #expect(world.record().accepted?.fingerprint.text == "new")
    #expect(world.store.instance.unauthorizedSince == nil)
  }

  @Test("Rule 8: a key that may list but not update → one alert and a growing backoff")
  func unauthorizedForUpdates() {
    let world = EngineWorld(.many(3)) {
      for credential in $0.settings.credentials { $0.dx.updates[credential.key] = .notAuthed }
    }
    world.run(.minutes(1))
    let asked = world.settings.credentials.prefix(2).map(\.key)
    for key in asked { world.put(.value("new"), into: key) }
    world.run(.hours(5))
    #expect(world.log.alerts(.apiUnauthorized) == ["raised critical"])
    #expect(world.log.said(.apiRecovered).isEmpty)
    #expect((10...40).contains(world.log.sends.count))
    for key in asked { #expect(world.record(key).refusals.isEmpty) }
    world.dx.updates = [:]
    world.run(.hours(2))
    #expect(world.log.alerts(.apiUnauthorized) == ["raised critical", "resolved critical"])
    #expect(world.store.instance.unauthorizedSince == nil)
    for key in asked { #expect(world.record(key).accepted?.fingerprint.text == "new") }
  }

  @Test("Rule 8: a key that may list but not update, and nothing to send any more → the alert ends")
  func unauthorizedAndNothingToSend() {
    let world = EngineWorld(.of()) { $0.dx.updates[.jira] = .notAuthed }
    world.run(.minutes(1))
    let first = world.record().accepted?.fingerprint.text ?? ""
    world.put(.value("new"), into: .jira)
    world.run(.hours(1))
    #expect(world.log.alerts(.apiUnauthorized) == ["raised critical"])
    world.put(.value(first), into: .jira)
    world.run(.hours(2))
    #expect(world.log.alerts(.apiUnauthorized) == ["raised critical", "resolved critical"])
    #expect(world.log.said(.apiRecovered).count == 1)
  }

  @Test("The API key's source cannot be read at the start → nothing is asked; one alert; recovered")
  func keyUnreadable() {
    let world = EngineWorld(.many(5)) { $0.apiKey = .missing }
    world.run(.minutes(20))
    #expect(world.log.arrivals.isEmpty)
    #expect(world.log.alerts(.sourceUnavailable) == ["raised critical"])
    world.send(.rotateRequested(RotateRequest(ticket: 1), world.settings.credentials[0].key))
    world.run(.seconds(1))
    #expect(
      world.log.answers[1]
        == [.sourceUnavailable(SourceFailure(.missing, "no such file /run/secret"))])
    world.putKey(.value("key-1"))
    world.run(.seconds(2))
    #expect(world.log.alerts(.sourceUnavailable) == ["raised critical", "resolved critical"])
    #expect(world.log.lists.count == 5)
  }

  @Test("The API key's source fails later: the key in use stays in use")
  func keyGone() {
    let world = EngineWorld(.of())
    world.run(.minutes(1))
    world.putKey(.missing)
    world.run(.minutes(20))
    #expect(world.log.alerts(.sourceUnavailable) == ["raised warning"])
    world.put(.value("new"), into: .jira)
    world.run(.seconds(2))
    #expect(world.log.values == ["new"])
  }

  @Test("key_expiring warns, escalates, and goes with a new date")
  func keyExpiring() {
    let world = EngineWorld(
      .of { $0.api.tokenExpiration = .source(Source(.file(path: "/run/key-date"))) }
    ) { $0.apiKey = .value("key-1", expiration: .at("2026-06-20")) }
    world.run(.days(4))
    #expect(world.log.alerts(.keyExpiring) == [])
    world.run(.days(2))
    #expect(world.log.alerts(.keyExpiring).first == "raised warning")
    world.run(.days(10) + .hours(1))
    #expect(world.log.alerts(.keyExpiring).contains("escalated critical"))
    world.run(.days(5))
    #expect(world.log.said(.keyExpiring).last?.message.contains("expired 2026-06-20") == true)
    world.putKey(.value("key-2", expiration: .at("2027-06-20")))
    world.run(.minutes(1))
    #expect(world.log.alerts(.keyExpiring).last == "resolved critical")
  }
}
