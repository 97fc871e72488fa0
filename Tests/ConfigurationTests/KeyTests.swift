import RotationEngine
import Testing

@testable import Configuration

/// What is said of each key whose value is wrong.
@Suite struct KeyTests {
  /// A line of a file, and what is said of it behind `a.toml:`.
  struct Case: CustomTestStringConvertible {
    let table: String
    let line: String
    let says: String
    var testDescription: String { "[\(table)] \(line)" }

    init(_ table: String, _ line: String, _ says: String) {
      self.table = table
      self.line = line
      self.says = says
    }
  }

  static let wrongTypes = [
    Case(
      "api", "timeout = 30", #"2:11: error: api.timeout is a bare number; write "30s" for seconds"#),
    Case(
      "api", "timeout = -1",
      #"2:11: error: api.timeout must be a span of time such as "30s", not an integer"#),
    Case(
      "api", "connect_timeout = 1.5",
      #"2:19: error: api.connect_timeout must be a span of time such as "30s", not a number"#),
    Case(
      "api", "poll_interval = true",
      #"2:17: error: api.poll_interval must be a span of time such as "30s", not true or false"#),
    Case(
      "api", #"poll_interval = "1 fortnight""#,
      "2:17: error: api.poll_interval has an unknown unit; the units are us, ms, s, min, h, d, w, month, y"
    ),
    Case(
      "api", #"requests_per_minute = "600""#,
      "2:23: error: api.requests_per_minute must be an integer, not text"),
    Case(
      "api", "concurrency = 4.0", "2:15: error: api.concurrency must be an integer, not a number"),
    Case("api", "ca_file = 1", "2:11: error: api.ca_file must be an absolute path, not an integer"),
    Case(
      "api", #"ca_file = "ca.pem""#,
      "2:11: error: api.ca_file must be an absolute path, which begins with \"/\""),
    Case(
      "api", "token_expires_at = 12:00:00",
      "2:20: error: api.token_expires_at must be a date such as 2026-12-31, or a source of one, not a time of day"
    ),
    Case(
      "api", #"token_expires_at = "2026-12-31""#,
      "2:20: error: api.token_expires_at must be a date, not text; write it without quotes: 2026-12-31"
    ),
    Case(
      "defaults", "enabled = 1",
      "2:11: error: defaults.enabled must be true or false, not an integer"),
    Case(
      "defaults", "rotate_before = []",
      #"2:17: error: defaults.rotate_before must be a span of time such as "30s", not an array"#),
    Case(
      "defaults", "critical_before = {}",
      #"2:19: error: defaults.critical_before must be a span of time such as "30s", not a table"#),
    Case(
      "defaults", "max_age = 2026-12-31",
      #"2:11: error: defaults.max_age must be a span of time such as "30s", not a date"#),
    Case(
      "defaults", #"on_change = "pusch""#,
      #"2:13: error: defaults.on_change must be "push" or "wait"; did you mean "push"?"#),
    Case(
      "defaults", #"first_seen = "never""#,
      #"2:14: error: defaults.first_seen must be "adopt" or "push""#),
    Case(
      "defaults", "first_seen = 1",
      #"2:14: error: defaults.first_seen must be "adopt" or "push", not an integer"#),
    Case(
      "defaults", #"send_expiration_date = "yes""#,
      "2:24: error: defaults.send_expiration_date must be true or false, not text"),
    Case(
      "defaults", "settle = 1",
      #"2:10: error: defaults.settle is a bare number; write "1s" for seconds"#),
    Case(
      "defaults", #"expires_at = "2026-12-31""#,
      "2:14: error: defaults.expires_at must be a date, not text; write it without quotes: 2026-12-31"
    ),
    Case(
      "defaults", "expires_at = 1",
      "2:14: error: defaults.expires_at must be a date such as 2026-12-31, a source of one, { jwt = KEY } or { x509 = KEY }, not an integer"
    ),
    Case(
      "defaults", "expires_at = { jwt = 1 }",
      "2:22: error: defaults.expires_at.jwt must be the key of a secret, not an integer"),
    Case(
      "defaults", #"expires_at = { jwt = "api_token", x509 = "api_token" }"#,
      "2:14: error: defaults.expires_at must have jwt alone"),
    Case(
      "retry", "initial = 1",
      #"2:11: error: retry.initial is a bare number; write "1s" for seconds"#),
    Case("retry", "max = 1", #"2:7: error: retry.max is a bare number; write "1s" for seconds"#),
    Case("retry", #"factor = "2""#, "2:10: error: retry.factor must be a number, not text"),
    Case(
      "retry", "verification_attempts = true",
      "2:25: error: retry.verification_attempts must be an integer, not true or false"),
    Case(
      "retry", #"hold = "nevr""#, "2:8: error: retry.hold is no span of time; \(SpanOfTime.example)"
    ),
    Case(
      "alert", "after = 1", #"2:9: error: alert.after is a bare number; write "1s" for seconds"#),
    Case(
      "alert", "repeat = false",
      #"2:10: error: alert.repeat must be a span of time such as "30s", not true or false"#),
    Case("alert", "webhook = 1", "2:11: error: alert.webhook must be a table, not an integer"),
    Case(
      "alert.webhook", #"x = "https://hooks.example""#,
      "2:5: error: alert.webhook.x must be a table, not text"),
    Case(
      "alert.webhook.x", "url = 1",
      "2:7: error: alert.webhook.x.url must be text or a source, not an integer"),
    Case(
      "alert.webhook.x", "url = \"https://h\"\nformat = \"xml\"",
      #"3:10: error: alert.webhook.x.format must be "json", "slack" or "alertmanager""#),
    Case(
      "alert.webhook.x", "url = \"https://h\"\nheaders = 1",
      "3:11: error: alert.webhook.x.headers must be a table, not an integer"),
    Case(
      "alert.webhook.x", "url = \"https://h\"\nheaders.A = 1",
      "3:13: error: alert.webhook.x.headers.A must be text or a source, not an integer"),
    Case(
      "alert.webhook.x", "url = \"https://h\"\nheaders.\"a b\" = \"1\"",
      #"3:9: error: alert.webhook.x.headers."a b" is no name of an HTTP header"#),
    Case(
      "alert.webhook.x", "url = \"https://h\"\nseverity = \"critcal\"",
      #"3:12: error: alert.webhook.x.severity must be "warning" or "critical"; did you mean "critical"?"#
    ),
    Case(
      "alert.command.x", #"argv = "logger""#,
      #"2:8: error: alert.command.x.argv must be an array of text such as ["/usr/bin/logger", "-t", "dx"], not text"#
    ),
    Case(
      "alert.command.x", "argv = []",
      #"2:8: error: alert.command.x.argv must be an array of text such as ["/usr/bin/logger", "-t", "dx"], and is empty"#
    ),
    Case(
      "alert.command.x", #"argv = ["/bin/a", 1]"#,
      "2:19: error: alert.command.x.argv must hold text alone; element 2 is an integer"),
    Case(
      "alert.command.x", #"argv = ["logger"]"#,
      #"2:9: error: alert.command.x.argv has a program that must be an absolute path, which begins with "/""#
    ),
    Case(
      "alert.command.x", "argv = [\"/bin/a\"]\ntimeout = 1",
      #"3:11: error: alert.command.x.timeout is a bare number; write "1s" for seconds"#),
    Case(
      "alert.command.x", "argv = [\"/bin/a\"]\nseverity = 1",
      #"3:12: error: alert.command.x.severity must be "warning" or "critical", not an integer"#),
    Case(
      "metrics", "textfile = \"dx.prom\"",
      "2:12: error: metrics.textfile must be an absolute path, which begins with \"/\""),
  ]

  static let wrongRanges = [
    Case(
      "api", #"timeout = "99ms""#, "2:11: error: api.timeout must be from 100ms to 10min, not 99ms"),
    Case(
      "api", #"connect_timeout = "0s""#,
      "2:19: error: api.connect_timeout must be from 100ms to 10min, not 0ms"),
    Case(
      "api", "timeout = \"5s\"\nconnect_timeout = \"6s\"",
      "3:19: error: api.connect_timeout (6s) must not be longer than api.timeout (5s)"),
    Case(
      "api", "requests_per_minute = 0",
      "2:23: error: api.requests_per_minute must be from 1 to 1000000, not 0"),
    Case("api", "concurrency = 257", "2:15: error: api.concurrency must be from 1 to 256, not 257"),
    Case(
      "api", #"poll_interval = "31d""#,
      "2:17: error: api.poll_interval must be from 100ms to 30d, not 31d"),
    Case(
      "credential.x", "connection_id = 0\nid = 1\nsecrets.a.env = \"A\"",
      "2:17: error: credential.x.connection_id must be 1 or more, not 0"),
    Case(
      "credential.x", "connection_id = 1\nid = -1\nsecrets.a.env = \"A\"",
      "3:6: error: credential.x.id must be 1 or more, not -1"),
    Case(
      "defaults", #"rotate_before = "101y""#,
      "2:17: error: defaults.rotate_before must be from 0ms to 36500d, not 36890d 6h"),
    Case(
      "defaults", #"critical_before = "15d""#,
      "2:19: error: defaults.critical_before (15d) must not be longer than rotate_before (14d)"),
    Case(
      "defaults", #"max_age = "0s""#,
      "2:11: error: defaults.max_age must be from 100ms to 36500d, not 0ms"),
    Case(
      "defaults", #"settle = "61s""#,
      "2:10: error: defaults.settle must be from 0ms to 1min, not 1min 1s"),
    Case(
      "retry", #"initial = "9ms""#, "2:11: error: retry.initial must be from 10ms to 1d, not 9ms"),
    Case(
      "retry", "initial = \"2h\"\nmax = \"1h\"",
      "2:11: error: retry.initial (2h) must not be longer than retry.max (1h)"),
    Case("retry", #"max = "31d""#, "2:7: error: retry.max must be from 10ms to 30d, not 31d"),
    Case("retry", "factor = 0.5", "2:10: error: retry.factor must be from 1 to 100, not 0.5"),
    Case("retry", "factor = nan", "2:10: error: retry.factor must be from 1 to 100, not nan"),
    Case("retry", "factor = inf", "2:10: error: retry.factor must be from 1 to 100, not inf"),
    Case("retry", "factor = 101", "2:10: error: retry.factor must be from 1 to 100, not 101.0"),
    Case(
      "retry", "verification_attempts = 0",
      "2:25: error: retry.verification_attempts must be from 1 to 100, not 0"),
    Case(
      "retry", "verification_attempts = 9223372036854775807",
      "2:25: error: retry.verification_attempts must be from 1 to 100, not 9223372036854775807"),
    Case(
      "retry", #"hold = "0s""#,
      #"2:8: error: retry.hold must be from 100ms to 365d, or "never", not 0ms"#),
    Case("alert", #"after = "31d""#, "2:9: error: alert.after must be from 0ms to 30d, not 31d"),
    Case(
      "alert", #"repeat = "0s""#, "2:10: error: alert.repeat must be from 100ms to 365d, not 0ms"),
    Case(
      "alert.command.x", "argv = [\"/bin/a\"]\ntimeout = \"11min\"",
      "3:11: error: alert.command.x.timeout must be from 100ms to 10min, not 11min"),
  ]

  @Test(arguments: wrongTypes + wrongRanges)
  func says(of test: Case) throws {
    let directory = try DropInDirectory([
      "0.toml": base, "a.toml": "[\(test.table)]\n\(test.line)",
    ])
    #expect(directory.lines() == ["a.toml:\(test.says)"])
  }

  /// The smallest values that checks of the whole program use.
  @Test func takesSmallValues() throws {
    let small = """
      settle = "0s"
      [retry]
      initial = "10ms"
      max = "20ms"
      hold = "100ms"
      [alert]
      after = "0s"
      repeat = "100ms"
      """
    let text = base.replacing(
      "[api]\n",
      with: "[api]\ntimeout = \"100ms\"\nconnect_timeout = \"100ms\"\npoll_interval = \"100ms\"\n")
    #expect(try settings(of: text + small).retry.initial == .milliseconds(10))
  }
}
