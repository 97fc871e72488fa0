import RotationEngine
import Testing

@testable import Alerts

@Suite struct PendingAlertsTests {
  private func pending(_ webhook: AlertSettings.Webhook = Sample.webhook) -> PendingAlerts {
    PendingAlerts(for: .webhook(webhook))
  }

  @Test func theNewestStateOfAnAlertReplacesOlderOnes() {
    var pending = pending()
    pending.add(Sample.message())
    pending.add(Sample.message(id: 2))
    pending.add(Sample.message(.rotationHeld, .resolved))
    #expect(pending.take() == [Sample.message(.rotationHeld, .resolved)])
    #expect(pending.take() == [Sample.message(id: 2)])
    #expect(pending.take().isEmpty)
  }

  @Test func whatFailedGoesBehindTheOthersUnlessSomethingNewerIsThere() {
    var pending = pending()
    pending.add(Sample.message(id: 1))
    pending.add(Sample.message(id: 2))
    let first = pending.take()
    pending.putBack(first)
    #expect(pending.all.map(\.identity.key?.id) == [2, 1])
    let second = pending.take()
    pending.add(Sample.message(.rotationHeld, .resolved, id: 2))
    pending.putBack(second)
    #expect(pending.all.map(\.phase) == [.raised, .resolved])
  }

  @Test func tenThousandAtOnceAreOneMessageForPeople() throws {
    var pending = pending()
    for id in 1...10_000 { pending.add(Sample.message(name: "c\(id)", id: Int64(id))) }
    pending.add(Sample.message(.expired, .raised, .critical, id: 7))
    let taken = pending.take()
    #expect(taken.count == 10_000)
    let group = try #require(AlertMessage.grouped(taken))
    #expect(group.credentialCount == 10_000)
    #expect(group.subject == nil)
    #expect(group.text.contains("and 9990 more"))
    #expect(pending.take().map(\.event) == ["expired"])
  }

  @Test func aFewAreToldOneByOne() {
    var pending = pending()
    for id in 1...10 { pending.add(Sample.message(id: Int64(id))) }
    #expect(pending.take().count == 1)
  }

  @Test func anAlertmanagerTakesManyAndTellsSeveritiesApart() {
    var pending = pending(Sample.alertmanager)
    for id in 1...250 { pending.add(Sample.message(id: Int64(id))) }
    pending.add(Sample.message(.rotationHeld, .escalated, .critical, id: 1))
    #expect(pending.count == 251)
    #expect(pending.take().count == 200)
    #expect(pending.take().count == 51)
  }
}

@Suite struct StandingAlertsTests {
  @Test func anEscalationEndsTheAlertOfTheMilderSeverity() {
    var standing = StandingAlerts()
    #expect(standing.take(Sample.message()).ended.isEmpty)
    let change = standing.take(Sample.message(.rotationHeld, .escalated, .critical))
    #expect(change.ended == [Sample.message()])
    #expect(standing.all.map(\.severity) == [.critical])
  }

  @Test func anEndReachesWhoeverWasToldOfTheWorst() {
    var standing = StandingAlerts()
    _ = standing.take(Sample.message(.rotationHeld, .raised, .critical))
    _ = standing.take(Sample.message(.rotationHeld, .repeated, .warning))
    #expect(standing.take(Sample.message(.rotationHeld, .resolved, .warning)).worst == .critical)
    #expect(standing.isEmpty)
  }

  @Test(arguments: [
    (AlertKind.awaitingSecret, AlertKind.expired), (.rotationHeld, .credentialMissing),
  ])
  func aWorseNameOfTheSameTroubleEndsTheMilderOne(mild: AlertKind, worse: AlertKind) {
    var standing = StandingAlerts()
    _ = standing.take(Sample.message(mild))
    _ = standing.take(Sample.message(mild, .raised, id: 2))
    let change = standing.take(Sample.message(worse, .raised, .critical))
    #expect(change.ended == [Sample.message(mild)])
    #expect(standing.all.count == 2)
  }

  @Test func whatStoodBeforeDoesNotUndoWhatIsNewer() {
    var standing = StandingAlerts()
    _ = standing.take(Sample.message(.rotationHeld, .escalated, .critical))
    standing.restore(Sample.message())
    #expect(standing.all.map(\.severity) == [.critical])
  }
}

@Suite struct BackoffTests {
  @Test(arguments: [(1, 2.5, 5.0), (2, 5, 10), (6, 80, 160), (7, 150, 300), (1000, 150, 300)])
  func waitsDoubleUpToFiveMinutes(failures: Int, least: Double, most: Double) {
    for _ in 0..<100 {
      let wait = Double(ChannelQueue.wait(afterFailures: failures).milliseconds) / 1000
      #expect(wait >= least && wait <= most)
    }
  }
}
