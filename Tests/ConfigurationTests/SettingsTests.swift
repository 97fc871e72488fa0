import RotationEngine
import Testing

@testable import Configuration

/// What a valid configuration means.
@Suite struct SettingsTests {
  @Test func readsEveryKey() throws {
    let settings = try settings(
      of: """
        [api]
        url = "HTTPS://Acme.getdx.net:8443/"
        token = { env = "DX_TOKEN", json = "/a~1b/0" }
        token_expires_at = 2027-01-02
        timeout = "90s"
        connect_timeout = "5s"
        requests_per_minute = 100
        concurrency = 8
        poll_interval = "30min"
        ca_file = "/etc/ssl/private-ca.pem"
        [defaults]
        rotate_before = "20d"
        critical_before = "5d"
        [credential.jira-cloud]
        connection_id = 123
        id = 456
        secrets.b = { env_file = "/etc/default/jira", key = "TOKEN" }
        secrets.a = { credential = "jira" }
        enabled = false
        rotate_before = "30d"
        expires_at = { jwt = "b" }
        max_age = "90d"
        on_change = "wait"
        first_seen = "push"
        send_expiration_date = true
        settle = "0s"
        [retry]
        initial = "1s"
        max = "10s"
        factor = 1.5
        verification_attempts = 5
        hold = "never"
        [alert]
        after = "0s"
        repeat = "1h"
        [alert.webhook.ops]
        url = { file = "/run/secrets/hook" }
        format = "alertmanager"
        headers.X-B = "text"
        headers.Authorization = { file = "/run/secrets/auth" }
        severity = "critical"
        [alert.command.page]
        argv = ["/usr/bin/page", "me"]
        timeout = "5s"
        severity = "critical"
        [metrics]
        textfile = "/var/lib/node_exporter/dx.prom"
        """)
    var api = APISettings(
      url: "https://acme.getdx.net:8443",
      token: Source(.environment(name: "DX_TOKEN"), pointer: "/a~1b/0"))
    api.tokenExpiration = try .fixed(#require(WallTime(dateText: "2027-01-02")))
    api.keyRotateBefore = .days(20)
    api.keyCriticalBefore = .days(5)
    api.timeout = .seconds(90)
    api.connectTimeout = .seconds(5)
    api.requestsPerMinute = 100
    api.concurrency = 8
    api.pollInterval = .minutes(30)
    api.caFile = "/etc/ssl/private-ca.pem"
    #expect(settings.api == api)

    var policy = Policy()
    policy.enabled = false
    policy.rotateBefore = .days(30)
    policy.criticalBefore = .days(5)
    policy.expiration = .jwt(secret: "b")
    policy.maxAge = .days(90)
    policy.onChange = .wait
    policy.firstSeen = .push
    policy.sendExpirationDate = true
    policy.settle = .zero
    #expect(
      settings.credentials == [
        CredentialSettings(
          name: "jira-cloud", key: CredentialKey(connection: 123, id: 456),
          secrets: [
            .init(key: "a", source: Source(.credential(name: "jira"))),
            .init(
              key: "b", source: Source(.environmentFile(path: "/etc/default/jira", key: "TOKEN"))),
          ], policy: policy)
      ])

    var retry = RetryPolicy()
    retry.initial = .seconds(1)
    retry.max = .seconds(10)
    retry.factor = 1.5
    retry.verificationAttempts = 5
    retry.hold = .never
    #expect(settings.retry == retry)

    var alert = AlertSettings()
    alert.after = .zero
    alert.repeatInterval = .hours(1)
    alert.webhooks = [
      .init(
        name: "ops", url: .source(Source(.file(path: "/run/secrets/hook"))),
        format: .alertmanager,
        headers: [
          .init(name: "Authorization", value: .source(Source(.file(path: "/run/secrets/auth")))),
          .init(name: "X-B", value: .literal("text")),
        ], severity: .critical)
    ]
    alert.commands = [
      .init(
        name: "page", argv: ["/usr/bin/page", "me"], timeout: .seconds(5), severity: .critical)
    ]
    #expect(settings.alert == alert)
    #expect(settings.metricsTextfile == "/var/lib/node_exporter/dx.prom")
  }

  @Test func hasTheContractsDefaults() throws {
    let settings = try settings(of: base)
    #expect(
      settings
        == Settings(
          api: APISettings(
            url: "https://acme.getdx.net", token: Source(.credential(name: "dx-api-token"))),
          credentials: [
            CredentialSettings(
              name: "jira", key: CredentialKey(connection: 123, id: 456),
              secrets: [.init(key: "api_token", source: Source(.file(path: "/run/secrets/jira")))])
          ]))
  }

  @Test(arguments: [
    ("2026-12-31", "2026-12-31T00:00:00Z"),
    ("2026-12-31T10:00:00", "2026-12-31T10:00:00Z"),
    ("2026-12-31T10:00:00+02:00", "2026-12-31T08:00:00Z"),
    ("2026-12-31 10:00:00Z", "2026-12-31T10:00:00Z"),
  ])
  func readsDates(text: String, time: String) throws {
    let settings = try settings(of: base + "expires_at = \(text)")
    guard case .fixed(let date) = settings.credentials.first?.policy.expiration else {
      Issue.record("no fixed date")
      return
    }
    #expect(date.description == time)
  }

  @Test(arguments: [
    ("{ x509 = \"api_token\" }", Policy.Expiration.x509(secret: "api_token")),
    ("{ jwt = \"api_token\" }", .jwt(secret: "api_token")),
    ("{ file = \"/run/date\" }", .source(Source(.file(path: "/run/date")))),
    ("{ env = \"DATE\", json = \"\" }", .source(Source(.environment(name: "DATE"), pointer: ""))),
  ])
  func readsExpirations(text: String, expiration: Policy.Expiration) throws {
    let settings = try settings(of: base + "expires_at = \(text)")
    #expect(settings.credentials.first?.policy.expiration == expiration)
  }

  @Test func aValueWrittenAloneTakesTheDefaultsThatItBoundsAlong() throws {
    let short = try settings(
      of: base + "\n[defaults]\nrotate_before = \"1d\"\n[retry]\nmax = \"1s\"")
    #expect(short.credentials.first?.policy.criticalBefore == .days(1))
    #expect(short.api.keyCriticalBefore == .days(1))
    #expect(short.retry.initial == .seconds(1))
    let long = try settings(of: base + "\n[retry]\ninitial = \"2h\"")
    #expect(long.retry.max == .hours(2))
  }

  @Test func connectsNoLongerThanAWholeRequestMayTake() throws {
    let settings = try settings(of: base.replacing("[api]\n", with: "[api]\ntimeout = \"2s\"\n"))
    #expect(settings.api.connectTimeout == .seconds(2))
  }

  @Test func takesTheAddressOfTheEnvironment() throws {
    let variable = ["DX_ROTATED_API_URL": "http://127.0.0.1:8080/"]
    #expect(try settings(of: base, environment: variable).api.url == "http://127.0.0.1:8080")
    let withoutURL = base.replacing("url = \"https://acme.getdx.net\"\n", with: "")
    #expect(try settings(of: withoutURL, environment: variable).api.url == "http://127.0.0.1:8080")
    let empty = ["DX_ROTATED_API_URL": ""]
    #expect(try settings(of: base, environment: empty).api.url == "https://acme.getdx.net")
    #expect(
      try lines(of: base, environment: ["DX_ROTATED_API_URL": "https://me:hunter2@acme"]) == [
        "environment:DX_ROTATED_API_URL: error: DX_ROTATED_API_URL must name the instance alone, "
          + "such as \"https://acme.getdx.net\", without user information"
      ])
  }
}
