import Alerts
import RotationEngine
import StateStore

/// Everything that a page of metrics tells.
struct MetricsPicture {
  var engine: Engine
  var totals: [Total]
  var channels: [AlertDelivery.ChannelReport]
  var loopLag: TimeSpan
  var startedAt: WallTime
  var now: WallTime

  /// The page.
  func page() -> MetricsPage {
    var page = MetricsPage()
    process(&page)
    credentials(&page)
    counters(&page)
    alerts(&page)
    return page
  }

  private func process(_ page: inout MetricsPage) {
    page.family("build_info", .gauge, "What runs; always 1.")
    page.sample(MetricsPage.Labels([("version", Program.version)]), 1)
    page.family("start_timestamp_seconds", .gauge, "When the daemon started.")
    page.sample(startedAt.seconds)
    page.family(
      "textfile_written_timestamp_seconds", .gauge,
      "When this file was written. It is written every few minutes at least: an old one is stale.")
    page.sample(now.seconds)
    page.family(
      "loop_lag_seconds", .gauge, "The latest that a timer was acted on since the last writing.")
    page.sample(Double(loopLag.milliseconds) / 1000)
  }

  private struct Row {
    var labels: MetricsPage.Labels
    var record: CredentialRecord
    var state: CredentialState
  }

  private struct Time {
    var name: String
    var help: String
    var value: (CredentialRecord) -> WallTime?
  }

  private static var times: [Time] {
    [
      Time(
        name: "credential_expiry_timestamp_seconds", help: "When it expires.",
        value: \.view.expiresAt),
      Time(
        name: "credential_window_opens_timestamp_seconds",
        help: "From when on a new secret is wanted.", value: \.view.windowOpensAt),
      Time(
        name: "credential_last_accepted_timestamp_seconds",
        help: "When DX last accepted a secret from here.", value: \.lastPushedAt),
      Time(
        name: "credential_next_action_timestamp_seconds",
        help: "When something happens next by itself.", value: \.view.nextActionAt),
    ]
  }

  private func credentials(_ page: inout MetricsPage) {
    var rows: [Row] = []
    engine.forEachCredential { settings, record in
      rows.append(
        Row(
          labels: MetricsPage.Labels([
            ("credential", settings.name), ("connection_id", String(settings.key.connection)),
            ("credential_id", String(settings.key.id)),
          ]), record: record,
          state: settings.policy.enabled ? record.view.state : .disabled))
    }
    for time in Self.times {
      page.family(time.name, .gauge, time.help + " Absent where that is not known.")
      for row in rows {
        if let value = time.value(row.record) { page.sample(row.labels, value.seconds) }
      }
    }
    page.family("credential_state", .gauge, "1 for the state that it is in, 0 for the others.")
    for row in rows {
      for state in CredentialState.allCases {
        page.sample(row.labels.adding("state", state.rawValue), state == row.state ? 1 : 0)
      }
    }
    page.family("credential_needs_attention", .gauge, "Whether it needs a person.")
    for row in rows {
      page.sample(row.labels, row.record.view.needsAttention && row.state != .disabled ? 1 : 0)
    }
  }

  private func counters(_ page: inout MetricsPage) {
    let byName = Dictionary(grouping: totals, by: \.name)
    let attempts = Dictionary(
      (byName["attempts"] ?? []).map { ($0.label, $0.value) }, uniquingKeysWith: +)
    page.family("attempts_total", .counter, "Attempts to send a secret that have ended.")
    page.sample(attempts.values.reduce(0, +))
    page.family("failures_total", .counter, "Attempts to send a secret that failed, by kind.")
    for kind in FailureKind.allCases {
      page.sample(MetricsPage.Labels([("kind", kind.rawValue)]), attempts[kind.rawValue] ?? 0)
    }
    page.family("requests_total", .counter, "Requests to DX, by method and outcome.")
    for total in byName[MetricsCounters.Name.requests.rawValue] ?? [] {
      page.sample(Self.labels(of: total, "method"), total.value)
    }
    page.family("throttle_waits_total", .counter, "How often DX asked to slow down.")
    page.sample(
      (byName[MetricsCounters.Name.throttleWaits.rawValue] ?? []).reduce(0) { $0 + $1.value })
    page.family(
      "alert_deliveries_total", .counter, "Deliveries to alert channels, by channel and outcome.")
    for total in byName[MetricsCounters.Name.alertDeliveries.rawValue] ?? [] {
      page.sample(Self.labels(of: total, "channel"), total.value)
    }
  }

  /// The label of a total with two parts, the second of which has no space in it.
  private static func labels(of total: Total, _ first: String) -> MetricsPage.Labels {
    let parts = total.label.split(separator: " ", omittingEmptySubsequences: false)
    return MetricsPage.Labels([
      (first, parts.dropLast().joined(separator: " ")), ("outcome", String(parts.last ?? "")),
    ])
  }

  private func alerts(_ page: inout MetricsPage) {
    var standing: [StandingAlert] = engine.instanceAlerts
    engine.forEachCredential { _, record in standing += record.alerts }
    let counts = Dictionary(grouping: standing) { [$0.kind.rawValue, $0.severity.rawValue] }
    page.family("alerts", .gauge, "Alerts that stand, by event and severity.")
    for kind in AlertKind.allCases {
      for severity in Severity.allCases {
        page.sample(
          MetricsPage.Labels([("event", kind.rawValue), ("severity", severity.rawValue)]),
          counts[[kind.rawValue, severity.rawValue]]?.count ?? 0)
      }
    }
    page.family("alert_channel_up", .gauge, "Whether the channel took what it was last given.")
    for channel in channels {
      page.sample(MetricsPage.Labels([("channel", channel.channel)]), channel.isUp ? 1 : 0)
    }
    page.family("alert_channel_waiting", .gauge, "Alerts that the channel has still to be told.")
    for channel in channels {
      page.sample(MetricsPage.Labels([("channel", channel.channel)]), channel.waiting)
    }
  }
}

extension WallTime {
  /// Seconds since the epoch, to the millisecond.
  fileprivate var seconds: String {
    let (seconds, rest) = millisecondsSinceEpoch.quotientAndRemainder(dividingBy: 1000)
    guard rest != 0 else { return String(seconds) }
    return String(Double(millisecondsSinceEpoch) / 1000)
  }
}
