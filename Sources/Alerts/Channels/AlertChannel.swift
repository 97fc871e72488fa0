import RotationEngine

/// One `alert.webhook.NAME` or `alert.command.NAME`.
package enum AlertChannel: Hashable, Sendable {
  /// Posts to an address.
  case webhook(AlertSettings.Webhook)
  /// Runs a program.
  case command(AlertSettings.Command)

  /// All channels of the settings, in their order.
  package static func all(of settings: AlertSettings) -> [AlertChannel] {
    settings.webhooks.map { .webhook($0) } + settings.commands.map { .command($0) }
  }

  /// Tells it from all others, whatever its settings: `webhook.ops`.
  package var id: String {
    switch self {
    case .webhook(let webhook): "webhook.\(webhook.name)"
    case .command(let command): "command.\(command.name)"
    }
  }

  /// What the configuration calls it.
  package var name: String {
    switch self {
    case .webhook(let webhook): webhook.name
    case .command(let command): command.name
    }
  }

  /// The least it is told.
  var severity: Severity {
    switch self {
    case .webhook(let webhook): webhook.severity
    case .command(let command): command.severity
    }
  }

  /// Whether it forgets: an Alertmanager has to be told again and again of what stands, and takes many at a time.
  var isAlertmanager: Bool {
    if case .webhook(let webhook) = self { webhook.format == .alertmanager } else { false }
  }

  /// Every source that its texts come from, in the order in which they are used.
  package var sources: [Source] {
    guard case .webhook(let webhook) = self else { return [] }
    return ([webhook.url] + webhook.headers.map(\.value)).compactMap { text in
      if case .source(let source) = text { source } else { nil }
    }
  }
}
