import Testing

@testable import RotationEngine

/// Many credentials at a time: whom nobody delays, what is read and listed, and what an idle engine costs.
@Suite struct FleetScenarios {
  @Test("Rule 10: source_unavailable after alert.after, with growing waits; source_recovered")
  func sourceUnavailable() {
    let world = EngineWorld(.of())
    world.run(.minutes(1))
    world.put(.silent, into: .jira)
    world.run(.minutes(14))
    #expect(world.log.said(.sourceUnavailable).count == 1)
    #expect(world.log.alerts(.sourceUnavailable) == [])
    #expect(world.state() == .sourceUnavailable)
    world.run(.minutes(2))
    #expect(world.log.alerts(.sourceUnavailable) == ["raised warning"])
    let readings = world.log.readings
    world.run(.hours(10))
    #expect((10...25).contains(world.log.readings - readings))
    world.put(.value("jira-old"), into: .jira)
    world.run(.seconds(12))
    #expect(world.log.alerts(.sourceUnavailable) == ["raised warning", "resolved warning"])
    #expect(world.log.said(.sourceRecovered).count == 1)
  }

  @Test("Rule 12: sources that never answer delay nobody else")
  func silentSources() {
    let world = EngineWorld(.many(200, connections: 2)) { world in
      for credential in world.settings.credentials.prefix(100) {
        world.sources[credential.key] = .silent
      }
    }
    world.run(.minutes(1))
    for credential in world.settings.credentials.suffix(100) {
      world.put(.value("new"), into: credential.key)
    }
    world.run(.seconds(10))
    #expect(world.log.sends.count == 100)
  }

  @Test("Rule 7: retries yield to first sends")
  func firstSendsFirst() {
    let settings = Settings.many(60, connections: 1)
    let world = EngineWorld(settings) { world in
      world.settings.api.requestsPerMinute = 30
      for credential in settings.credentials.prefix(40) {
        world.dx.updates[credential.key] = .status(500)
      }
    }
    world.run(.minutes(2))
    for credential in settings.credentials.prefix(40) {
      world.put(.value("new"), into: credential.key)
    }
    world.run(.minutes(30))
    let before = world.now
    for credential in settings.credentials.suffix(20) {
      world.put(.value("new"), into: credential.key)
    }
    world.run(.seconds(75))
    let fresh = world.log.sends.filter { $0.at >= before && $0.attempt.reason == .changed }
    #expect(fresh.count == 20)
    #expect(world.log.busiestMinute <= 30)
  }

  @Test("summary once a day")
  func summary() {
    let world = EngineWorld(.many(3))
    world.run(.days(5) + .minutes(5))
    #expect(world.log.said(.summary).count == 5)
    #expect(world.log.said(.summary).first?.message.contains("watching 3 credentials") == true)
  }

  @Test("Lists take at most half the budget; the interval stretches, said in STATUS")
  func manyConnections() {
    let world = EngineWorld(.many(300)) {
      $0.settings.api.requestsPerMinute = 20
      $0.settings.api.pollInterval = .minutes(10)
    }
    world.run(.minutes(29))
    #expect(world.engine.effectivePollInterval == .minutes(30))
    #expect(world.engine.statusLine(at: world.now).contains("every 30min"))
    for minute in 0..<29 {
      let from = EngineWorld.start + .minutes(Int64(minute))
      let count = world.log.lists.count { $0.at >= from && $0.at < from + .minutes(1) }
      #expect(count <= 10)
    }
    #expect(world.log.lists.count > 250)
    world.put(.value("new"), into: world.settings.credentials[0].key)
    world.run(.seconds(5))
    #expect(world.log.sends.count == 1)
    #expect(world.log.busiestMinute <= 20)
  }

  @Test("An idle engine does nothing but poll and sum up")
  func idle() {
    let world = EngineWorld(.many(10, connections: 2)) { world in
      for credential in world.settings.credentials { world.list("2027-06-01", for: credential.key) }
    }
    world.run(.hours(2))
    let saves = world.log.saves
    let readings = world.log.readings
    let lists = world.log.lists.count
    let said = world.log.said.count
    world.run(.hours(10))
    #expect(world.log.saves == saves)
    #expect((90...110).contains(world.log.readings - readings))
    #expect((18...22).contains(world.log.lists.count - lists))
    #expect(world.log.said.count == said)
    world.run(.minutes(1))
    #expect(world.engine.isQuiet)
  }

  @Test("What waits behind a closed gate costs no writes")
  func waiting() {
    let world = EngineWorld(.of())
    world.run(.minutes(1))
    world.dx.refusedKeys = ["key-1"]
    world.put(.value("new"), into: .jira)
    world.run(.minutes(5))
    #expect(world.state() == .due)
    let saves = world.log.saves
    world.run(.hours(12))
    #expect(world.log.saves == saves)
  }

  @Test("Everything at once, for many seeds: the budget holds, nothing is lost", arguments: 1...12)
  func chaos(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let settings = Settings.many(40, connections: 7)
    let world = EngineWorld(settings, seed: UInt64(seed)) {
      $0.settings.api.requestsPerMinute = 60
      $0.settings.retry.max = .minutes(5)
    }
    let keys = settings.credentials.map(\.key)
    for round in 0..<150 {
      let key = keys.randomElement(using: &generator) ?? .jira
      switch Int.random(in: 0..<12, using: &generator) {
      case 0...4: world.put(.value("\(key.id)-\(round)"), into: key)
      case 5: world.put(.missing, into: key)
      case 6: world.dx.isDown.toggle()
      case 7: world.dx.updates[key] = .status(500)
      case 8: world.dx.updates[key] = .refuse("Invalid permissions")
      case 9: world.dx.refusedKeys = world.dx.refusedKeys.isEmpty ? ["key-1"] : []
      case 10: world.reload { $0.credentials.shuffle(using: &generator) }
      default: world.restart()
      }
      world.run(.milliseconds(Int64.random(in: 1...90_000, using: &generator)))
    }
    world.dx.isDown = false
    world.dx.refusedKeys = []
    world.dx.updates = [:]
    for key in keys { world.put(.value("\(key.id)-last"), into: key) }
    world.run(.minutes(30))
    for key in keys {
      #expect(world.record(key).accepted?.fingerprint.text == "\(key.id)-last")
      #expect(world.record(key).alerts == [])
      #expect(world.state(key) == .watching)
    }
    #expect(world.keptCount == 0)
    #expect(world.engine.isQuiet)
    #expect(world.store.unfinished == [])
  }
}
