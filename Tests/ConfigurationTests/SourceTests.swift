import Testing

@testable import Configuration

/// Sources and addresses that are wrong, and that nothing written in their place is ever shown.
@Suite struct SourceTests {
  static let wrong = [
    (
      #""hunter2""#,
      #"19: error: secrets.x must be a source such as { file = "/run/secrets/…" }, not text: secrets do not belong into drop-ins"#
    ),
    (
      "5",
      #"19: error: secrets.x must be a source such as { file = "/run/secrets/…" }, not an integer"#
    ),
    (
      "{}",
      "19: error: secrets.x names no place to read; write file, env, env_file with key, or credential"
    ),
    (
      #"{ json = "/hunter2" }"#,
      "19: error: secrets.x names no place to read; write file, env, env_file with key, or credential"
    ),
    (
      #"{ file = "/hunter2", env = "hunter2" }"#,
      "19: error: secrets.x names file and env; a source has one of them"
    ),
    (
      #"{ file = "hunter2" }"#,
      #"28: error: secrets.x.file must be an absolute path, which begins with "/""#
    ),
    (
      #"{ file = "/hunter2\u0000" }"#,
      "28: error: secrets.x.file must not have a zero byte in its path"
    ),
    ("{ file = 1 }", "28: error: secrets.x.file must be text, not an integer"),
    (
      #"{ env = "2hunter2" }"#,
      #"27: error: secrets.x.env must be the name of a variable: letters, digits and "_", and no digit first"#
    ),
    (
      #"{ env = "" }"#,
      #"27: error: secrets.x.env must be the name of a variable: letters, digits and "_", and no digit first"#
    ),
    (
      #"{ env_file = "/hunter2" }"#,
      "19: error: secrets.x has env_file without key, the variable to take from it"
    ),
    (
      #"{ env_file = "/a", key = "hunter-2" }"#,
      #"44: error: secrets.x.key must be the name of a variable: letters, digits and "_", and no digit first"#
    ),
    (
      #"{ file = "/hunter2", key = "hunter2" }"#,
      "40: error: secrets.x.key means something with env_file alone"
    ),
    (
      #"{ credential = "hunter2/x" }"#,
      #"34: error: secrets.x.credential must be the name in LoadCredential=, without "/" or ":""#
    ),
    (
      #"{ credential = ".." }"#,
      #"34: error: secrets.x.credential must be the name in LoadCredential=, without "/" or ":""#
    ),
    (
      #"{ file = "/a", json = "hunter2" }"#,
      #"41: error: secrets.x.json must be a JSON pointer, which begins with "/""#
    ),
    (
      #"{ file = "/a", json = "/~hunter2" }"#,
      #"41: error: secrets.x.json must be a JSON pointer, where "~" is written ~0 and "/" in a name ~1"#
    ),
    (
      #"{ file = "/a", json = "/a~" }"#,
      #"41: error: secrets.x.json must be a JSON pointer, where "~" is written ~0 and "/" in a name ~1"#
    ),
    ("hunter2", "19: error: this is no TOML value; text needs quotes"),
    ("true-hunter2", "23: error: not TOML: in a boolean: expected value-terminator"),
    ("12345678901234567890123", "42: error: the number does not fit in 64 bits"),
  ]

  @Test(arguments: wrong)
  func refuses(source: String, says: String) throws {
    let said = try lines(of: base + "secrets.x       = \(source)")
    #expect(said.count == 1)
    #expect(!said.joined().contains("hunter"))
    let start = says.contains("secrets.x") ? "credential.jira.secrets.x" : "secrets.x"
    #expect(said == ["a.toml:8:" + says.replacing("secrets.x", with: start)])
  }

  /// Places where a secret could have been put by mistake.
  @Test(arguments: [
    ("api.token", #""hunter2""#), ("api.url", #""https://me:hunter2@acme""#),
    ("api.url", #""https://acme?key=hunter2""#), ("api.url", #""hunter2""#),
    ("api.ca_file", #""hunter2""#), ("api.token_expires_at", #""hunter2""#),
    ("api.timeout", #""hunter2""#), ("retry.hold", #""hunter2""#),
    ("defaults.on_change", #""hunter2""#), ("defaults.expires_at", #""hunter2""#),
    ("defaults.expires_at", #"{ jwt = "hunter2" }"#),
    ("alert.webhook.w.url", #""ftp://hunter2""#), ("alert.webhook.w.url", #""hunter2""#),
    ("alert.webhook.w.headers.a", #""hunter2\n""#), ("alert.webhook.w.format", #""hunter2""#),
    ("alert.command.c.argv", #"["hunter2"]"#), ("metrics.textfile", #""hunter2""#),
    ("api.token", #"'hunter2"#), ("api.token", "hunter2"), ("api.token", #""hunter2" hunter2"#),
    ("api.token", #""hunter2\q""#), ("api.token", "\"hunter2\n"), ("api.token", "0hunter2"),
    ("api.token", "1hunter2"), ("api.token", "fhunter2"), ("api.token", "2026-hunter2"),
    ("api.token", "[hunter2]"), ("api.token", "{hunter2}"), ("api.token", "'''hunter2"),
    ("api.token", "+hunter2"), ("api.token", "_hunter2"), ("api.token", "0xhunter2"),
  ])
  func showsNoText(key: String, value: String) throws {
    let directory = try DropInDirectory(["0.toml": base, "a.toml": "\(key) = \(value)"])
    let said = directory.lines()
    #expect(!said.isEmpty)
    #expect(!said.joined().contains("hunter"), "\(said)")
  }

  @Test(arguments: [
    ("https://acme.getdx.net", "https://acme.getdx.net"),
    ("https://acme.getdx.net/", "https://acme.getdx.net"),
    ("HTTPS://ACME.getdx.net:443", "https://acme.getdx.net"),
    ("https://acme.getdx.net:8443/", "https://acme.getdx.net:8443"),
    ("http://localhost", "http://localhost"), ("http://localhost:80", "http://localhost"),
    ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ("http://127.255.1.2", "http://127.255.1.2"),
    ("http://[::1]:81/", "http://[::1]:81"), ("https://[2001:db8::1]", "https://[2001:db8::1]"),
  ])
  func readsAddresses(text: String, url: String) throws {
    #expect(try ServerURL.instance.parse(text) == url)
  }

  @Test(arguments: [
    ("acme.getdx.net", "must be an address such as \"https://acme.getdx.net\""),
    ("ftp://acme", "must begin with https://"),
    ("http://acme", "must begin with https://; only a loopback host may do without"),
    ("http://127.evil.net", "must begin with https://; only a loopback host may do without"),
    ("http://127.0.0.1.evil", "must begin with https://; only a loopback host may do without"),
    ("http://127.0.0.256", "must begin with https://; only a loopback host may do without"),
    ("http://localhost.evil", "must begin with https://; only a loopback host may do without"),
    (
      "https://a/api",
      "must name the instance alone, such as \"https://acme.getdx.net\", without a path"
    ),
    (
      "https://a//",
      "must name the instance alone, such as \"https://acme.getdx.net\", without a path"
    ),
    (
      "https://a?x",
      "must name the instance alone, such as \"https://acme.getdx.net\", without a query"
    ),
    (
      "https://a/#x",
      "must name the instance alone, such as \"https://acme.getdx.net\", without a fragment"
    ),
    (
      "http://localhost@evil",
      "must name the instance alone, such as \"https://acme.getdx.net\", without user information"
    ),
    ("https://", "names no host; \"https://acme.getdx.net\" does"),
    ("https:///", "names no host; \"https://acme.getdx.net\" does"),
    ("https://:443", "names no host; \"https://acme.getdx.net\" does"),
    ("https://a b", "has a character in its host that no host name has"),
    ("https://a\u{0}", "has a character in its host that no host name has"),
    ("https://ä.net", "has a character in its host that no host name has"),
    ("https://a:0", "has a port that is not a number from 1 to 65535"),
    ("https://a:", "has a port that is not a number from 1 to 65535"),
    ("https://a:65536", "has a port that is not a number from 1 to 65535"),
    ("https://a:+1", "has a port that is not a number from 1 to 65535"),
    ("https://[::1", "has a host with \"[\" but no \"]\""),
    ("https://[x]", "has no IPv6 address between \"[\" and \"]\""),
  ])
  func refusesAddresses(text: String, message: String) {
    #expect(throws: ServerURL.Problem(message: message)) { try ServerURL.instance.parse(text) }
  }
}
