import RotationEngine

extension KeyTable {
  /// The keys that `credential.NAME` alone has.
  static let credential: [Key<CredentialSettings>] = [
    Key(
      "connection_id", .integer(1 ... .max), \.key.connection, default: KeyDescription.required,
      "DX's id of the connection."),
    Key(
      "id", .integer(1 ... .max), \.key.id, default: KeyDescription.required,
      "DX's id of the credential. No two credentials have both ids in common."),
    Key(
      each: "secrets", as: "KEY", .source, \.secrets,
      element: { CredentialSettings.Secret(key: $0, source: $1) },
      default: KeyDescription.required,
      "The source of the secret that is sent under KEY, which is the connector's name for it; one "
        + "or more. All of them are always sent together."),
  ]

  /// The longest span of a policy: as good as for ever, and far from overflowing.
  private static let longest = TimeSpan.days(36_500)

  /// The keys that `credential.NAME` and `defaults` share.
  static let policy: [Key<Policy>] = [
    Key(
      "enabled", .boolean, \.enabled, default: "true",
      "Whether the credential is watched and sent at all."),
    Key(
      "rotate_before", .span(.zero...longest), \.rotateBefore, default: #""14d""#,
      "How long before the expiration the window opens; at most a third of the value's own "
        + "lifetime where that is known."),
    Key(
      "critical_before", .span(.zero...longest), \.criticalBefore, default: #""3d""#,
      "How long before the expiration an unsolved problem is critical; at most a tenth of the "
        + "value's own lifetime where that is known, and no longer than rotate_before."),
    Key(
      "expires_at", .expiration, \.expiration, default: "what DX says",
      "When the value expires: a date or date-time; a source whose text is one; { jwt = KEY }, the "
        + "exp claim of that secret; or { x509 = KEY }, the earliest end of validity in that PEM."),
    Key(
      optional: "max_age", .span(.milliseconds(100)...longest), \.maxAge,
      "Where no expiration is known, the window opens this long after the value was last accepted "
        + "or adopted."),
    Key(
      "on_change", .choice, \.onChange, default: #""push""#,
      "What a source that changed outside the window does: \"push\" sends it at once, \"wait\" "
        + "holds it for the window, if there is a known date."),
    Key(
      "first_seen", .choice, \.firstSeen, default: #""adopt""#,
      "What becomes of a first value that is not due: \"adopt\" takes it for what DX has, \"push\" "
        + "sends it."),
    Key(
      "send_expiration_date", .boolean, \.sendExpirationDate, default: "false",
      "Whether expiration_date is sent along, where expires_at is not DX's own."),
    Key(
      "settle", .span(.zero ... .seconds(60)), \.settle, default: #""500ms""#,
      "How long a source that changed must hold still before it is sent."),
  ]

  /// The keys of `retry`.
  static let retry: [Key<RetryPolicy>] = [
    Key(
      "initial", .span(.milliseconds(10) ... .days(1)), \.initial, default: #""30s""#,
      "The first step of the backoff. Each wait is drawn between half the step and the step."),
    Key(
      "max", .span(.milliseconds(10) ... .days(30)), \.max, default: #""1h""#,
      "The longest step of the backoff, no shorter than initial."),
    Key(
      "factor", .number(1...100), \.factor, default: "2",
      "What each step is multiplied by for the next."),
    Key(
      "verification_attempts", .integer(1...100), \.verificationAttempts, default: "3",
      "How often a value that DX refuses is sent before it is held."),
    Key(
      "hold", .hold(.milliseconds(100) ... .days(365)), \.hold, default: #""6h""#,
      "How often a held value is tried again, or \"never\". A value refused as \"Invalid "
        + "credentials\" always waits for a change."),
  ]
}
