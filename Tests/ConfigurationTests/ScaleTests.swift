import Testing

@testable import Configuration

/// Configurations far larger than any that people write.
@Suite struct ScaleTests {
  static func credential(_ number: Int) -> String {
    """
    [credential.c\(number)]
    connection_id = \(number / 100 + 1)
    id = \(number + 1)
    rotate_before = "14d"
    secrets.user = { file = "/run/secrets/\(number)/user" }
    secrets.token = { file = "/run/secrets/\(number)/token" }

    """
  }

  @Test func readsTenThousandCredentialsOfOneFile() throws {
    let credentials = (0..<10_000).map(Self.credential).joined()
    let directory = try DropInDirectory([
      "0.toml": "[api]\nurl = \"https://a\"\ntoken.env = \"T\"", "a.toml": credentials,
    ])
    let settings = try directory.load().settings
    #expect(settings.credentials.count == 10_000)
    #expect(settings.credentials.allSatisfy { $0.secrets.count == 2 })
  }

  @Test func readsAThousandFiles() throws {
    let directory = try DropInDirectory(["0.toml": base])
    for number in 0..<1000 { try directory.write(Self.credential(number), to: "c\(number).toml") }
    #expect(try directory.load().settings.credentials.count == 1001)
  }

  @Test func reportsTenThousandMistakes() throws {
    let text = base + (0..<10_000).map { "unknown_\($0) = 1\n" }.joined()
    #expect(try lines(of: text).count == 10_000)
  }
}
