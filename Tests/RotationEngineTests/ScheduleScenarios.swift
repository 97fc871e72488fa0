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

  @Test("Rule 3: adopted while DX is down; sent when the window opens")
  func adoptedWithoutDX() {
    let world = EngineWorld(.of()) {
      $0.list("2026-07-01")
      $0.dx.isDown = true
    }
    world.run(.minutes(5))
    #expect(world.log.said(.adopted).count == 1)
    world.dx.isDown = false
    world.run(.days(15))
    #expect(world.log.values == [])
    world.run(.days(3))
    #expect(world.log.values == ["jira-old"])
    #expect(world.log.sends.first.map { $0.at.date } == "2026-06-17")
  }

  @Test("Rule 1: a changed value is sent once it has held still")
  func changed() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    world.put(.value("new"), into: .jira)
    world.run(.milliseconds(450))
    #expect(world.log.values == [])
    world.run(.milliseconds(200))
    #expect(world.log.values == ["new"])
    world.run(.days(2))
    #expect(world.log.values == ["new"])
    #expect(world.record().accepted?.origin == .pushedFresh)
    #expect(world.record().accepted?.fingerprint == Fingerprint(of: "new"))
  }

  @Test("Rule 1: without inotify a change is found by the next reading")
  func changedUnseen() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    world.put(.value("new"), into: .jira, seen: false)
    world.run(.minutes(61))
    #expect(world.log.values == ["new"])
  }

  @Test("Rule 1: on_change = wait sends in the window; at once where no date is known")
  func waits() {
    let world = EngineWorld(.jira { $0.onChange = .wait }) { $0.list("2026-07-01") }
    world.run(.minutes(1))
    world.put(.value("new"), into: .jira)
    world.run(.days(15))
    #expect(world.log.values == [])
    world.run(.days(2))
    #expect(world.log.values == ["new"])

    let dateless = EngineWorld(.jira { $0.onChange = .wait })
    dateless.run(.minutes(1))
    dateless.put(.value("new"), into: .jira)
    dateless.run(.minutes(1))
    #expect(dateless.log.values == ["new"])
  }

  @Test("Rule 1: on_change = wait waits until DX has said whether there is a date")
  func waitsForTheFirstList() {
    let world = EngineWorld(.jira { $0.onChange = .wait }) {
      $0.list("2026-12-31")
      $0.dx.lists[CredentialKey.jira.connection] = .status(502)
    }
    world.run(.seconds(2))
    world.put(.value("new"), into: .jira)
    world.run(.hours(2))
    #expect(world.log.values == [])
    world.dx.lists = [:]
    world.run(.hours(2))
    #expect(world.log.values == [])
    #expect(world.record().view.expiresAt == .at("2026-12-31"))
    world.list(nil)
    world.run(.hours(2))
    #expect(world.log.values == ["new"])
  }

  @Test("Only DX's own date can be one that has not moved")
  func awaitingAfterAge() {
    let world = EngineWorld(.jira { $0.maxAge = .days(20) })
    world.run(.days(50))
    #expect(world.log.alerts(.awaitingSecret).first == "raised warning")
    #expect(world.log.said(.awaitingSecret).first?.reason == nil)
  }

  @Test("expiration_unknown names the token that has no exp claim")
  func tokenWithoutEnd() {
    let world = EngineWorld(.jira { $0.expiration = .jwt(secret: "api_token") })
    world.run(.minutes(5))
    let said = world.log.said(.expirationUnknown)
    #expect(said.count == 1)
    #expect(said.first?.message.contains("the value of api_token has no end of its own") == true)
  }

  @Test("first_seen = push sends a first value that is not due")
  func firstSeen() {
    let world = EngineWorld(.jira { $0.firstSeen = .push }) { $0.list("2026-12-31") }
    world.run(.hours(2))
    #expect(world.log.values == ["jira-old"])
    #expect(world.log.sends.first?.attempt.reason == .firstSeen)
    #expect(world.record().accepted?.origin == .pushed)
  }

  @Test("Rule 2: warning from the window, critical, then expired; resolved by an accepted value")
  func awaiting() {
    let world = EngineWorld(.jira { $0.expiration = .fixed(.at("2026-07-01")) })
    world.run(.minutes(1))
    world.put(.value("new"), into: .jira)
    world.run(.days(15))
    #expect(world.log.values == ["new"])
    #expect(world.log.alerts(.awaitingSecret) == [])
    world.run(.days(1))
    #expect(world.log.alerts(.awaitingSecret) == ["raised warning"])
    #expect(world.state() == .awaitingSecret)
    #expect(world.record().view.needsAttention)
    world.run(.days(10))
    #expect(
      world.log.alerts(.awaitingSecret).filter { $0 != "repeated warning" } == ["raised warning"])
    world.run(.days(1))
    #expect(world.log.alerts(.awaitingSecret).last == "escalated critical")
    world.run(.days(3))
    #expect(world.log.alerts(.expired).first == "raised critical")
    #expect(world.log.alerts(.awaitingSecret).last == "resolved critical")
    #expect(world.log.said(.expired).first?.expiresAt == .at("2026-07-01"))
    world.reload { $0.credentials[0].policy.expiration = .fixed(.at("2026-12-31")) }
    world.run(.minutes(1))
    #expect(world.log.alerts(.expired).last == "resolved critical")
    #expect(world.record().alerts == [])
  }

  @Test("Rule 2: a new value that DX refuses is no end of awaiting_secret")
  func awaitingStays() {
    let world = EngineWorld(.jira { $0.expiration = .fixed(.at("2026-07-01")) }) {
      $0.dx.values["bad"] = .refuse("Invalid permissions")
    }
    world.run(.minutes(1))
    world.put(.value("new"), into: .jira)
    world.run(.days(18))
    #expect(world.log.alerts(.awaitingSecret).first == "raised warning")
    world.put(.value("bad"), into: .jira)
    world.run(.hours(2))
    #expect(!world.log.alerts(.awaitingSecret).contains { $0.hasPrefix("resolved") })
    #expect(world.log.alerts(.rotationHeld) == ["raised warning"])
  }

  @Test(
    "Rule 4: a first value under an unmoved date → awaiting_secret after the list, and why"
  )
  func firstUnderUnmovedDate() {
    let world = EngineWorld(.of()) { $0.list("2026-06-10") }
    world.run(.hours(1))
    #expect(world.log.values == ["jira-old"])
    #expect(world.log.alerts(.awaitingSecret) == ["raised warning"])
    #expect(world.log.said(.awaitingSecret).first?.reason == "date_unmoved")
    let list = world.log.lists.first { $0.at > world.log.sends[0].at }
    let alert = world.log.alerts.first { $0.notice.alert.kind == .awaitingSecret }
    #expect(list.map { $0.at < alert?.at ?? $0.at } == true)
    world.run(.days(10))
    #expect(world.log.values == ["jira-old"])
    #expect(world.log.alerts(.expired).first == "raised critical")
  }

  @Test("Rule 4: a fresh value under an unmoved date → silent, expiration_unknown once")
  func freshUnderUnmovedDate() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    world.list("2026-06-10")
    world.dx.updates[.jira] = .refuse("Invalid permissions")
    world.run(.hours(2))
    world.dx.updates[.jira] = nil
    world.put(.value("fresh"), into: .jira)
    world.run(.days(20))
    #expect(world.record().accepted?.supersededDate == .at("2026-06-10"))
    #expect(world.log.said(.expirationUnknown).count == 1)
    #expect(world.log.said(.expirationUnknown).first?.reason == "date_unmoved")
    #expect(world.log.alerts(.awaitingSecret) == [])
    #expect(world.log.alerts(.expired) == [])
    #expect(world.state() == .watching)
  }

  @Test("Rule 4: a second fresh value under the same date leaves it superseded")
  func secondFresh() {
    let world = EngineWorld(.of()) { $0.list("2026-06-10") }
    world.run(.minutes(1))
    world.put(.value("fresh-1"), into: .jira)
    world.run(.minutes(1))
    world.put(.value("fresh-2"), into: .jira)
    world.run(.days(20))
    #expect(world.log.values == ["jira-old", "fresh-1", "fresh-2"])
    #expect(world.record().accepted?.supersededDate == .at("2026-06-10"))
    #expect(world.log.alerts(.expired) == [])
  }

  @Test("Rule 4: max_age counts from a fresh value under an unmoved date")
  func maxAgeInstead() {
    let world = EngineWorld(.jira { $0.maxAge = .days(90) }) { $0.list("2026-06-10") }
    world.run(.minutes(1))
    world.put(.value("fresh"), into: .jira)
    world.run(.days(80))
    #expect(world.log.said(.expirationUnknown).count == 0)
    #expect(world.record().view.expiresFrom == .maxAge)
    #expect(world.log.alerts(.awaitingSecret).filter { $0.hasPrefix("raised") }.count <= 1)
    let before = world.log.alerts(.awaitingSecret).count
    world.run(.days(11))
    #expect(world.log.alerts(.awaitingSecret).count > before)
    #expect(world.state() == .awaitingSecret)
  }

  @Test("Rule 4: a date that moves later is in force again, with a window of its own lifetime")
  func dateMoves() {
    let world = EngineWorld(.of()) { $0.list("2026-06-10") }
    world.run(.minutes(1))
    world.put(.value("fresh"), into: .jira)
    world.run(.hours(2))
    world.list("2026-07-01")
    world.run(.hours(2))
    #expect(world.record().view.expiresAt == .at("2026-07-01"))
    // Thirty days of life: the window is ten, not fourteen.
    #expect(world.record().view.windowOpensAt.map { $0 > .at("2026-06-20T12:00:00Z") } == true)
  }

  @Test("Rule 4: a first value that a person sends counts as fresh")
  func vouched() {
    let world = EngineWorld(.of()) { $0.list("2026-12-31") }
    world.run(.minutes(1))
    world.list("2026-06-10")
    world.dx.isDown = true
    world.run(.minutes(2))
    world.dx.isDown = false
    world.send(.rotateRequested(RotateRequest(ticket: 7), .jira))
    world.run(.hours(2))
    #expect(world.log.values == ["jira-old"])
    #expect(world.record().accepted?.origin == .pushedFresh)
  }

  @Test("Rule 4: a date first seen after a person's rotate belongs to the value before")
  func firstListAfterRotate() {
    let world = EngineWorld(.of()) {
      $0.list("2026-06-10")
      $0.dx.lists[1] = .status(502)
    }
    world.run(.minutes(1))
    world.send(.rotateRequested(RotateRequest(ticket: 7), .jira))
    world.run(.minutes(1))
    #expect(world.log.answers[7] == [.rotated])
    world.dx.lists[1] = nil
    world.run(.days(10))
    #expect(world.record().accepted?.supersededDate == .at("2026-06-10"))
    #expect(world.log.alerts(.awaitingSecret) == [])
    #expect(world.log.alerts(.expired) == [])
  }

  @Test("Rule 1: a date out of the value follows the accepted value, not a refused one")
  func datedValues() {
    let world = EngineWorld(.jira { $0.expiration = .jwt(secret: "api_token") }) {
      $0.sources[.jira] = .value("old", expiration: .at("2026-12-31"))
      $0.dx.values["bad"] = .refuse("Invalid permissions")
    }
    world.run(.minutes(1))
    world.put(.value("bad", expiration: .at("2027-12-31")), into: .jira)
    world.run(.hours(2))
    #expect(world.record().view.expiresAt == .at("2026-12-31"))
    world.put(.value("good", expiration: .at("2027-06-30")), into: .jira)
    world.run(.minutes(1))
    #expect(world.record().view.expiresAt == .at("2027-06-30"))
    #expect(world.record().view.expiresFrom == .source)
  }

  @Test("Section 3: dates of one's own → one list per poll interval, none for a push")
  func ownDates() {
    let world = EngineWorld(.jira { $0.expiration = .fixed(.at("2027-01-01")) })
    world.run(.minutes(1))
    let before = world.log.lists.count
    world.put(.value("new"), into: .jira)
    world.run(.minutes(1))
    #expect(world.log.values == ["new"])
    #expect(world.log.lists.count == before)
    world.run(.hours(10))
    #expect(world.log.lists.count == before + 10)
  }

  @Test("Section 3: one list per connection serves all pushes of the moment")
  func oneListForAllPushes() {
    let world = EngineWorld(.many(20, connections: 1))
    world.run(.minutes(1))
    let before = world.log.lists.count
    for credential in world.settings.credentials {
      world.put(.value("\(credential.name)-new"), into: credential.key)
    }
    world.run(.minutes(1))
    #expect(world.log.sends.count == 20)
    #expect(world.log.lists.count == before + 1)
  }
}
