import RotationEngine

/// What an alert channel has still to be told of one alert.
package struct UndeliveredAlert: Hashable, Sendable {
  /// Which channel.
  package var channel: String
  /// Which alert: one of them for each channel.
  package var alert: String
  /// What it is to be told, in whatever form the writer understands.
  package var message: String

  /// Makes one.
  package init(channel: String, alert: String, message: String) {
    self.channel = channel
    self.alert = alert
    self.message = message
  }
}

// The table `undelivered_alert`.
extension SQLiteState {
  /// All of the instance, the oldest first.
  package func undeliveredAlerts() throws(StateError) -> [UndeliveredAlert] {
    var alerts: [UndeliveredAlert] = []
    try connection.run(
      "SELECT channel, alert, message FROM undelivered_alert WHERE instance = ? ORDER BY number"
    ) {
      $0.add(instanceNumber)
    } row: { (row: inout Row) throws(StateError) in
      alerts.append(
        UndeliveredAlert(
          channel: try row.text(), alert: try row.text(), message: try row.text()))
    }
    return alerts
  }

  /// Keeps one; it takes the place of the same channel's message of the same alert.
  package func keep(_ undelivered: UndeliveredAlert) throws(StateError) {
    try connection.run(
      """
      INSERT INTO undelivered_alert (instance, channel, alert, message) VALUES (?, ?, ?, ?) \
      ON CONFLICT DO UPDATE SET message = excluded.message
      """
    ) {
      $0.add(instanceNumber)
      $0.add(undelivered.channel)
      $0.add(undelivered.alert)
      $0.add(undelivered.message)
    }
  }

  /// Forgets one, if it is there: the channel was told, or has no need to be.
  package func forgetUndelivered(channel: String, alert: String) throws(StateError) {
    try connection.run(
      "DELETE FROM undelivered_alert WHERE instance = ? AND channel = ? AND alert = ?"
    ) {
      $0.add(instanceNumber)
      $0.add(channel)
      $0.add(alert)
    }
  }
}
