import RotationEngine

extension KeyTable {
  /// The keys of `alert`.
  static let alert: [Key<AlertSettings>] = [
    Key(
      "after", .span(.zero ... .days(30)), \.after, default: #""15m""#,
      "How long DX, or a source, must stay unreachable before that is an alert."),
    Key(
      "repeat", .span(.milliseconds(100) ... .days(365)), \.repeatInterval, default: #""24h""#,
      "How often an alert that still stands is repeated."),
  ]

  /// The keys of `alert.webhook.NAME`.
  static let webhook: [Key<AlertSettings.Webhook>] = [
    Key(
      "url", .webhookURL, \.url, default: KeyDescription.required,
      "Where alerts are posted. The text is never shown; give a source where it is a secret."),
    Key(
      "format", .choice, \.format, default: #""json""#,
      "What is posted: the alert as JSON, a Slack message, or Alertmanager's API version 2."),
    Key(
      each: "headers", as: "KEY", .headerValue, \.headers,
      element: { AlertSettings.Webhook.Header(name: $0, value: $1) }, default: "none",
      "A further request header."),
    Key(
      "severity", .choice, \.severity, default: #""warning""#,
      "The least severity that is sent here."),
  ]

  /// The keys of `alert.command.NAME`.
  static let command: [Key<AlertSettings.Command>] = [
    Key(
      "argv", .command, \.argv, default: KeyDescription.required,
      "The program, by its absolute path, and its arguments. There is no shell."),
    Key(
      "timeout", .span(.milliseconds(100) ... .minutes(10)), \.timeout, default: #""30s""#,
      "How long it may run."),
    Key(
      "severity", .choice, \.severity, default: #""warning""#,
      "The least severity that it is run for."),
  ]

  /// The keys of `metrics`.
  static let metrics: [Key<Settings>] = [
    Key(
      optional: "textfile", .path, \.metricsTextfile,
      "Where a textfile for node_exporter is written, each time replaced as a whole.")
  ]
}
