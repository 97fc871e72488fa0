import Alerts
import RotationEngine
import StateStore

/// Between the loop and the channels: what these have still to be told is in the state before they are told.
///
/// It is written in the commit of the turn that raised the alert. So a crash loses no alert, wherever it comes; one that
/// comes between a channel's answer and the note of it has the channel told twice.
final class AlertOutbox {
  private let delivery: AlertDelivery
  private let state: SQLiteState

  init(delivery: AlertDelivery, state: SQLiteState) {
    self.delivery = delivery
    self.state = state
    delivery.changed = { [weak self] in self?.write() }
  }

  /// Takes over from the run before.
  ///
  /// - Throws: `StateError` if what that run left cannot be read.
  func begin(standing: [AlertNotice]) throws(StateError) {
    var left: [String: [AlertMessage]] = [:]
    for undelivered in try state.undeliveredAlerts() {
      if let message = AlertMessage(json: undelivered.message) {
        left[undelivered.channel, default: []].append(message)
      } else {
        try state.forgetUndelivered(channel: undelivered.channel, alert: undelivered.alert)
      }
    }
    delivery.begin(standing: standing, undelivered: left)
  }

  /// Whether this node tells of an alert; in a cluster it may be another's to tell.
  var tells: (AlertNotice) -> Bool = { _ in true }

  /// Takes a change of an alert; nobody is told before `tell`.
  func take(_ notice: AlertNotice) {
    if tells(notice) { delivery.take(notice) }
  }

  /// Takes an alert that stands and that another node has told of until now.
  func takeAndTell(_ notice: AlertNotice) {
    var raised = notice
    raised.phase = .raised
    delivery.take(raised)
    write()
    delivery.tell()
  }

  /// Takes over alerts that stand and were told: they end here.
  func takeOver(_ standing: [AlertNotice]) { delivery.takeOver(standing) }

  /// Hands the alerts of these credentials over to another node: they do not end here.
  func handOver(_ keys: Set<CredentialKey>) { delivery.handOver(keys) }

  /// Writes down what has changed, within the turn's transaction; nil: nothing has.
  var unwritten: (() throws(StateError) -> Void)? {
    let changes = delivery.unwritten
    guard !changes.isEmpty else { return nil }
    return { [state] () throws(StateError) in
      for change in changes {
        let alert = change.identity.description
        if let message = change.message {
          try state.keep(
            UndeliveredAlert(channel: change.channel, alert: alert, message: message.json))
        } else {
          try state.forgetUndelivered(channel: change.channel, alert: alert)
        }
      }
    }
  }

  /// Tells the channels.
  ///
  /// A state that cannot be written does not silence them: what is unwritten is written with the next turn.
  func tell(isWritten: Bool) {
    if isWritten { delivery.changesAreWritten() }
    delivery.tell()
  }

  /// What changed outside a turn: a channel was told, or is gone.
  private func write() {
    guard let unwritten else { return }
    let isWritten: Void? = try? state.transaction(unwritten)
    if isWritten != nil { delivery.changesAreWritten() }
  }
}
