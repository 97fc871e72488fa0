import Testing

@testable import Configuration

/// What is said of a configuration that is wrong as a whole.
@Suite struct DiagnosticTests {
  @Test(arguments: [
    (
      "rotate_befor = \"1d\"",
      #"8:1: error: unknown key "rotate_befor" in credential.jira; did you mean "rotate_before"?"#
    ),
    (
      "roatte_before = \"1d\"",
      #"8:1: error: unknown key "roatte_before" in credential.jira; did you mean "rotate_before"?"#
    ),
    (
      "label = \"x\"",
      #"8:1: error: unknown key "label" in credential.jira; known there: connection_id, id, secrets, enabled, rotate_before, critical_before, expires_at, max_age, on_change, first_seen, send_expiration_date, settle"#
    ),
    (
      "secrets.other = { fille = \"/x\" }",
      #"8:19: error: unknown key "fille" in credential.jira.secrets.other; did you mean "file"?"#
    ),
    (
      "secrets.other = { value = \"x\" }",
      #"8:19: error: unknown key "value" in credential.jira.secrets.other; known there: file, env, env_file, key, credential, json"#
    ),
    (
      "[credentials.x]\nid = 1",
      #"8:2: error: unknown key "credentials" at the top level; did you mean "credential"?"#
    ),
    (
      "[log]\nlevel = 1",
      #"8:2: error: unknown key "log" at the top level; known there: api, credential, defaults, retry, alert, metrics, cluster"#
    ),
    (
      "\"\\u001b[31m\" = 1",
      #"8:1: error: unknown key "\u{1b}[31m" in credential.jira; known there: connection_id, id, secrets, enabled, rotate_before, critical_before, expires_at, max_age, on_change, first_seen, send_expiration_date, settle"#
    ),
  ])
  func hintsAtMisspeltKeys(text: String, says: String) throws {
    #expect(try lines(of: base + text) == ["a.toml:\(says)"])
  }

  @Test(arguments: [
    ("tokne", "token"), ("toke", "token"), ("xtoken", "token"), ("di", "id"), ("ie", "id"),
    ("xy", nil), ("token_expires", nil), ("requests_per_minut", "requests_per_minute"),
    ("max-age", "max_age"), ("", nil),
  ])
  func findsTheNearestName(name: String, near: String?) {
    let names = ["token", "id", "requests_per_minute", "max_age"]
    #expect(name.nearest(among: names) == near)
  }

  @Test func reportsAllProblemsOfAllFilesAtOnce() throws {
    let directory = try DropInDirectory([
      "10.toml": "[api]\nurl = 5\ntimeout = \"1x\"\n",
      "20.toml": "[retry]\nfactor = 0\n= broken\n",
      "30.toml": "[credential.a]\nid = \"1\"\nnonsense = 1\n[retry]\nfactor = 0",
    ])
    #expect(
      directory.lines() == [
        #"10.toml:2:7: error: api.url must be an address such as "https://acme.getdx.net", not an integer"#,
        "10.toml:3:11: error: api.timeout has an unknown unit; the units are us, ms, s, min, h, d, w, month, y",
        "20.toml:3:1: error: not TOML: in a root table: expected keys, tables, whitespace or comments",
        "30.toml:2:6: error: credential.a.id must be an integer, not text",
        #"30.toml:3:1: error: unknown key "nonsense" in credential.a; known there: connection_id, id, secrets, enabled, rotate_before, critical_before, expires_at, max_age, on_change, first_seen, send_expiration_date, settle"#,
        "30.toml:5:10: error: retry.factor must be from 1 to 100, not 0.0",
      ])
  }

  @Test func saysWhatIsMissing() throws {
    let api =
      #"; write [api] with url = "https://acme.getdx.net" and token = { file = "/run/secrets/…" }"#
    let credential = "; a credential has connection_id, id and one or more secrets.KEY"
    #expect(
      try lines(of: "# nothing\n") == [
        "a.toml:1:1: error: api.token is missing\(api)",
        "a.toml:1:1: error: api.url is missing\(api)",
      ])
    #expect(
      try lines(of: "# \n[api]\nurl = \"https://a\"\n[credential.x]\n[credential.y.secrets]") == [
        "a.toml:2:2: error: api.token is missing\(api)",
        "a.toml:4:13: error: credential.x.connection_id is missing\(credential)",
        "a.toml:4:13: error: credential.x.id is missing\(credential)",
        "a.toml:4:13: error: credential.x.secrets is missing\(credential)",
        "a.toml:5:13: error: credential.y.connection_id is missing\(credential)",
        "a.toml:5:13: error: credential.y.id is missing\(credential)",
        "a.toml:5:13: error: credential.y.secrets is missing\(credential)",
      ])
    #expect(
      try lines(of: base + "[alert.webhook.w]\n[alert.command.c]") == [
        "a.toml:8:16: error: alert.webhook.w.url is missing; it says where alerts are posted",
        #"a.toml:9:16: error: alert.command.c.argv is missing; write argv = ["/usr/bin/…", …]"#,
      ])
  }

  /// One mistake is one line: what was misspelt, or has the wrong kind, is not missing as well.
  @Test(arguments: [
    ("url =", "ulr =", 1), ("token =", "tokken =", 1), ("connection_id", "conection_id", 1),
    ("secrets.api_token", "secret.api_token", 1), ("[api]", "[apo]", 1),
    ("url = \"https://acme.getdx.net\"", "url = 5", 1), ("id = 456", "id = \"456\"", 1),
    ("secrets.api_token = { file = \"/run/secrets/jira\" }", "secrets = 5", 1),
    ("[credential.jira]", "= 1\n[credential.jira]", 1),
    ("{ credential = \"dx-api-token\" }", "{}", 1),
  ])
  func saysOneMistakeOnce(right: String, wrong: String, count: Int) throws {
    #expect(try lines(of: base.replacing(right, with: wrong)).count == count)
  }

  @Test func refusesTwoCredentialsOfOnePair() throws {
    let directory = try DropInDirectory([
      "10.toml": base,
      "05.toml": """
      [credential.z]
      connection_id = 123
      id = 456
      secrets.a = { env = "A" }
      """,
    ])
    #expect(
      directory.lines() == [
        "10.toml:6:6: error: credential.jira has the same connection_id and id as credential.z at "
          + "05.toml:3:6; each pair is one credential in DX"
      ])
  }

  @Test(arguments: [
    (
      "expires_at = { jwt = \"api_tokn\" }",
      #"8:14: error: credential.jira.expires_at names no secret that credential.jira has; did you mean "api_token"?"#
    ),
    (
      "expires_at = { x509 = \"cert\" }",
      #"8:14: error: credential.jira.expires_at names no secret that credential.jira has; it has "api_token""#
    ),
    (
      "[defaults]\nexpires_at = { jwt = \"cert\" }",
      #"9:14: error: defaults.expires_at names no secret that credential.jira has; it has "api_token""#
    ),
    (
      "send_expiration_date = true",
      "8:24: warning: credential.jira.send_expiration_date has no effect without expires_at: DX's own date is not sent back to it"
    ),
    (
      "critical_before = \"20d\"",
      "8:19: error: credential.jira.critical_before (20d) must not be longer than rotate_before (14d)"
    ),
  ])
  func comparesAPolicysValues(text: String, says: String) throws {
    #expect(try lines(of: base + text) == ["a.toml:\(says)"])
  }

  @Test func takesADefaultThatHasNoEffectOnSome() throws {
    #expect(try lines(of: base + "[defaults]\nsend_expiration_date = true") == [])
  }

  @Test func warns() throws {
    #expect(
      try lines(of: String(base.prefix { $0 != "\n" }) + "\nurl = \"https://a\"\ntoken.env = \"T\"")
        == [
          "a.toml:1:1: warning: no credential is configured, so there is nothing to rotate; "
            + "write [credential.NAME]"
        ])
    let twin = """
      [credential.twin]
      connection_id = 123
      id = 457
      secrets.a = { env = "A" }
      secrets.b = { file = "/run/secrets/jira" }
      """
    #expect(
      try lines(of: base + twin) == [
        "a.toml:12:13: warning: credential.twin.secrets reads file /run/secrets/jira, as "
          + "credential.jira of the same connection does; DX may answer \"Duplicate secrets\""
      ])
    #expect(try lines(of: base + twin.replacing("123", with: "124")) == [])
  }

  @Test(arguments: [
    ("\"my jira\"", nil), ("\"jirà\"", nil), ("\"a.b\"", nil),
    ("\"\"", #"credential."" must not be empty"#),
    ("\"a\\nb\"", #"credential."a\u{a}b" must not have control characters in its name"#),
    ("\"a\\u202eb\"", #"credential."a\u{202e}b" must not have control characters in its name"#),
    ("-x", #"credential.-x must not begin with "-", as options do"#),
    ("\" x\"", #"credential." x" must not begin or end with white space"#),
  ])
  func judgesNames(name: String, says: String?) throws {
    let text = base.replacing("credential.jira", with: "credential.\(name)")
    #expect(try lines(of: text) == (says.map { ["a.toml:4:13: error: \($0)"] } ?? []))
  }
}
