import RotationEngine
import Testing

@testable import Configuration

/// What several files mean together.
@Suite struct MergingTests {
  @Test func mergesTablesKeyByKey() throws {
    let directory = try DropInDirectory([
      "10.toml": base + "rotate_before = \"20d\"\nsettle = \"1s\"",
      "20.toml": """
      [credential.jira]
      rotate_before = "10d"
      secrets.other = { env = "OTHER" }
      """,
    ])
    let loaded = try directory.load()
    let credential = try #require(loaded.settings.credentials.first)
    #expect(credential.key == CredentialKey(connection: 123, id: 456))
    #expect(credential.policy.rotateBefore == .days(10))
    #expect(credential.policy.settle == .seconds(1))
    #expect(credential.secrets.map(\.key) == ["api_token", "other"])
    #expect(loaded.files == ["\(directory.path)/10.toml", "\(directory.path)/20.toml"])
  }

  /// A source is one value, however it is written: two of them do not mix.
  @Test(arguments: [
    #"credential.jira.secrets.api_token = { env = "X" }"#,
    #"credential.jira.secrets.api_token.env = "X""#,
    "[credential.jira.secrets.api_token]\nenv = \"X\"",
  ])
  func replacesASourceWhole(text: String) throws {
    let directory = try DropInDirectory(["10.toml": base, "20.toml": text])
    #expect(
      try directory.load().settings.credentials.first?.secrets == [
        .init(key: "api_token", source: Source(.environment(name: "X")))
      ])
  }

  @Test func replacesAValueByOneOfAnotherKind() throws {
    let directory = try DropInDirectory([
      "10.toml": base + "expires_at = { file = \"/run/date\" }",
      "20.toml": "credential.jira.expires_at = 2027-01-01",
    ])
    let policy = try directory.load().settings.credentials.first?.policy
    #expect(policy?.expiration == WallTime(dateText: "2027-01-01").map { .fixed($0) })
  }

  @Test func letsTheWinnerAnswerForItsRange() throws {
    let directory = try DropInDirectory([
      "10.toml": base + "rotate_before = \"200y\"",
      "20.toml": "[credential.jira]\nrotate_before = \"10d\"",
    ])
    #expect(directory.lines() == [])
    try directory.write("[credential.jira]\n\nrotate_before = \"300y\"", to: "20.toml")
    #expect(
      directory.lines() == [
        "20.toml:3:17: error: credential.jira.rotate_before must be from 0ms to 36500d, "
          + "not 109575d"
      ])
  }

  @Test func checksEachFilesOwnKeys() throws {
    let directory = try DropInDirectory([
      "10.toml": base + "rotate_before = 20",
      "20.toml": "[credential.jira]\nrotate_before = \"10d\"",
    ])
    #expect(
      directory.lines() == [
        #"10.toml:8:17: error: credential.jira.rotate_before is a bare number; write "20s" for seconds"#
      ])
  }

  @Test func overridesDefaultsByTheCredentialsOwn() throws {
    let directory = try DropInDirectory([
      "10.toml": base + "rotate_before = \"20d\"",
      "20.toml": "[defaults]\nrotate_before = \"10d\"\ncritical_before = \"1d\"",
    ])
    let settings = try directory.load().settings
    #expect(settings.credentials.first?.policy.rotateBefore == .days(20))
    #expect(settings.credentials.first?.policy.criticalBefore == .days(1))
    #expect(settings.api.keyRotateBefore == .days(10))
  }
}
