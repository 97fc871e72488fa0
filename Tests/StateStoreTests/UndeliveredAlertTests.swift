import RotationEngine
import Testing

@testable import StateStore

@Suite struct UndeliveredAlertTests {
  private func alert(
    _ alert: String, _ message: String, channel: String = "webhook.ops"
  ) -> UndeliveredAlert {
    UndeliveredAlert(channel: channel, alert: alert, message: message)
  }

  @Test func `the newest message of an alert keeps its place`() throws {
    let place = try Place()
    let state = try place.open()
    for (name, message) in [("a", "1"), ("b", "2"), ("a", "3")] {
      try state.keep(alert(name, message))
    }
    try state.keep(alert("a", "4", channel: "command.mail"))
    #expect(
      try state.undeliveredAlerts() == [
        alert("a", "3"), alert("b", "2"), alert("a", "4", channel: "command.mail"),
      ])
    try state.forgetUndelivered(channel: "webhook.ops", alert: "a")
    try state.forgetUndelivered(channel: "webhook.ops", alert: "nothing")
    #expect(try state.undeliveredAlerts().map(\.message) == ["2", "4"])
  }

  @Test func `each instance has its own`() throws {
    let place = try Place()
    let state = try place.open()
    try state.keep(alert("a", "1"))
    try state.use(instance: "https://other.getdx.net")
    #expect(try state.undeliveredAlerts().isEmpty)
    try state.use(instance: acme)
    #expect(try state.undeliveredAlerts().count == 1)
  }

  @Test func `the ledger keeps them in the commit of a turn, or not at all`() throws {
    let place = try Place()
    let state = try place.open()
    let ledger = AttemptLedger(state: state) { noon }
    _ = ledger.commit([.save(Sample.accepted)]) { () throws(StateError) in
      try state.keep(alert("a", "1"))
      throw .busy(path: "a test")
    }
    #expect(try state.undeliveredAlerts().isEmpty)
    #expect(try state.records().isEmpty)
    _ = ledger.commit([]) { () throws(StateError) in try state.keep(alert("a", "1")) }
    #expect(try state.undeliveredAlerts().count == 1)
    #expect(try state.records().count == 1)
  }
}
