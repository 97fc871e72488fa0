import RotationEngine

extension KeyTable {
  /// The keys of `api`.
  static let api: [Key<APISettings>] = [
    Key(
      "url", .instanceURL, \.url, default: KeyDescription.required,
      "The DX instance: https, unless the host is a loopback address, and nothing behind the host "
        + "but a port. DX_ROTATED_API_URL in the environment overrides it."),
    Key(
      "token", .source, \.token, default: KeyDescription.required,
      "The source of the API key. It is read again when it changes and after DX refused the key."),
    Key(
      optional: "token_expires_at", .dateOrSource, \.tokenExpiration,
      "When the API key itself expires. It is watched, and alerted on, like any other."),
    Key(
      "timeout", .span(.milliseconds(100) ... .minutes(10)), \.timeout, default: #""60s""#,
      "The limit of a whole request. DX verifies the credential with its vendor inside it."),
    Key(
      "connect_timeout", .span(.milliseconds(100) ... .minutes(10)), \.connectTimeout,
      default: #""10s""#,
      "The limit of connecting. Where it is not set, it is no longer than timeout."),
    Key(
      "requests_per_minute", .integer(1...1_000_000), \.requestsPerMinute, default: "600",
      "How many requests of every kind are sent in a minute at most."),
    Key(
      "concurrency", .integer(1...256), \.concurrency, default: "4",
      "How many requests are in flight at once at most."),
    Key(
      "poll_interval", .span(.milliseconds(100) ... .days(30)), \.pollInterval,
      default: #""1h""#,
      "How often DX's own dates are read, once per connection. Lists take at most half of "
        + "requests_per_minute; where that is not enough, the interval stretches."),
    Key(
      optional: "ca_file", .path, \.caFile, default: "the system's store",
      "A PEM bundle of certificate authorities to trust instead of the system's."),
  ]
}
