import Foundation
import Testing

@testable import DXSimulator

/// The built binary, from outside.
@Suite struct CommandTests {
  /// A run of `dx-simulator` with a configuration file of this text.
  private final class Run {
    let process = Process()
    private let output = Pipe()
    private let errors = Pipe()
    private let file = FileManager.default.temporaryDirectory
      .appending(path: "dx-simulator-\(UUID().uuidString).toml")

    init(_ toml: String, arguments: [String]? = nil) throws {
      try Data(toml.utf8).write(to: file)
      // The test bundle lies beside the binaries.
      process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "dx-simulator")
      process.arguments = arguments ?? ["--config", file.path, "--verbose"]
      process.standardOutput = output
      process.standardError = errors
      try process.run()
    }

    deinit {
      if process.isRunning { process.terminate() }
      try? FileManager.default.removeItem(at: file)
    }

    /// What it has printed up to now; waits for at least something.
    func printed() -> String {
      String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    }

    /// Everything it wrote to stderr, and its exit status; waits for its end.
    func end() throws -> (status: Int32, errors: String) {
      let text = try errors.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
  }

  @Test func itSaysWhereItListensServesTheFileAndEndsOnSIGTERM() throws {
    let run = try Run(
      """
      key = "key-1"
      requests_per_minute = 3

      [[connection]]
      id = 123
      type = "gitlab"
      name = "GitLab"

      [[connection.credential]]
      id = 456
      label = "As text"
      expiration_date = "2026-12-31"
      moves_to = "2027-06-30"

      [[connection.credential.rule]]
      pattern = "bad-*"
      error = "Invalid permissions"
      status = 422

      [[connection.credential]]
      id = 457
      expiration_date = 2026-11-30
      """)
    let line = run.printed()
    let port = try #require(
      line.wholeMatch(of: /listening on http:\/\/127\.0\.0\.1:(\d+)\n/).flatMap { UInt16($0.1) })
    let client = try Client(port: port)
    let list = try client.request(
      "GET", "/api/connections/123/credentials.list", headers: Fixture.headers)
    guard case .array(let credentials)? = list.json?["credentials"] else {
      Issue.record("\(list)")
      return
    }
    #expect(credentials.map { $0["expiration_date"] } == ["2026-12-31", "2026-11-30"])
    #expect(credentials.map { $0["type"] } == ["gitlab", "gitlab"])
    let refused = try client.request(
      "POST", "/api/connections/123/credentials.update", headers: Fixture.headers,
      body: #"{"id":456,"secrets":{"token":"bad-1"}}"#)
    #expect(refused.json?["error"] == "Invalid permissions")

    run.process.terminate()
    let end = try run.end()
    #expect(end.status == 0)
    #expect(
      end.errors == """
        GET /api/connections/123/credentials.list 200
        POST /api/connections/123/credentials.update 422

        """)
  }

  @Test(arguments: [
    ("key = ", "line 1"), ("", "'key' is missing"), ("key = 1", "key"),
    ("key = \"k\"\nkeys = 1", "unknown key 'keys'"),
    ("key = \"k\"\n[[connection]]\nid = 1\n[[connection.credential]]\nlabel = \"x\"", "'id'"),
  ])
  func aFileThatMakesNoSenseIsRefused(toml: String, problem: String) throws {
    let end = try Run(toml).end()
    #expect(end.status == 78)
    #expect(end.errors.hasPrefix("dx-simulator: /"))
    #expect(end.errors.contains(problem))
  }

  @Test(arguments: [
    ("--config /nonexistent/file.toml", 78), ("", 64), ("--config", 64),
    ("--config x --port 65536", 64), ("--help", 0),
  ])
  func aCommandLineIsTakenOrRefused(line: String, status: Int32) throws {
    let arguments = line.split(separator: " ").map(String.init)
    #expect(try Run("", arguments: arguments).end().status == status)
  }
}
