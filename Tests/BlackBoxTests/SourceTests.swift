import Foundation
import Testing

/// Sources that cannot be read, and what becomes of the others (contract, sections 2 and 4).
@Suite(.limited) struct SourceTests {
  /// Makes something that is no secret at a path.
  struct Obstacle: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var pointer = ""
    let make: @Sendable (String) throws -> Void

    static let all = [
      Obstacle(testDescription: "a FIFO") { path in
        guard mkfifo(path, 0o600) == 0 else { throw Failure("mkfifo: errno \(errno)") }
      },
      Obstacle(testDescription: "a directory") { path in
        guard mkdir(path, 0o700) == 0 else { throw Failure("mkdir: errno \(errno)") }
      },
      Obstacle(testDescription: "a socket") { path in
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        guard UnixAddress(path).bind(descriptor) == 0 else { throw Failure("errno \(errno)") }
      },
      Obstacle(testDescription: "a loop of links") { path in
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
      },
      Obstacle(testDescription: "nothing") { _ in },
      Obstacle(testDescription: "an empty file") { try Data().write(to: URL(filePath: $0)) },
      Obstacle(testDescription: "a newline") { try Data("\n".utf8).write(to: URL(filePath: $0)) },
      Obstacle(testDescription: "a huge file") { path in
        try Data().write(to: URL(filePath: path))
        guard truncate(path, 8 << 30) == 0 else { throw Failure("truncate: errno \(errno)") }
      },
      Obstacle(testDescription: "what is not UTF-8") {
        try Data([0x61, 0xFF, 0xFE]).write(to: URL(filePath: $0))
      },
      Obstacle(testDescription: "a NUL") {
        try Data([0x61, 0, 0x62]).write(to: URL(filePath: $0))
      },
      Obstacle(testDescription: "no JSON", pointer: "/token") {
        try Data("{\"token\":".utf8).write(to: URL(filePath: $0))
      },
      Obstacle(testDescription: "a pointer to nothing", pointer: "/token") {
        try Data("{\"key\":\"x\"}".utf8).write(to: URL(filePath: $0))
      },
      Obstacle(testDescription: "a pointer to a number", pointer: "/token") {
        try Data("{\"token\":12345}".utf8).write(to: URL(filePath: $0))
      },
    ]
  }

  @Test(arguments: Obstacle.all)
  func whatHoldsNoSecretIsSaidAndTheOthersGoOn(obstacle: Obstacle) throws {
    let good = obstacle.pointer.isEmpty ? "value-2" : #"{"token":"value-2"}"#
    let scene = try Scene([
      Account("broken", id: 1, value: nil, date: Day.soon), Account("other", id: 2),
    ])
    let path = scene.place.source("broken")
    let pointer = obstacle.pointer.isEmpty ? "" : ", json = \"\(obstacle.pointer)\""
    try scene.place.dropIn(
      "30-source", "credential.broken.secrets.api_token = { file = \"\(path)\"\(pointer) }")
    try obstacle.make(path)
    let daemon = try scene.daemon()
    let said = try daemon.event("source_unavailable", ["credential": "broken"])
    #expect(said["error"]?.contains(path) == true, "\(said)")
    #expect(said["msg"]?.isEmpty == false)
    try daemon.event("adopted", ["credential": "other"])
    try scene.place.put("value-3", into: "other")
    try daemon.event("rotated", ["credential": "other"])
    let status = try scene.place.run("status", "--json")
    #expect(status.output.contains("\"state\" : \"source_unavailable\""))
    #expect(try scene.place.run("rotate", "broken").status == 66)
    let check = try scene.place.run("check")
    #expect(check.status == 66)
    #expect(check.errors.contains("broken: error:"))

    try? FileManager.default.removeItem(atPath: path)
    try scene.place.put(good, into: "broken")
    try daemon.event("source_recovered", ["credential": "broken"])
    try daemon.event("rotated", ["credential": "broken"])
    let log = try daemon.stop()
    #expect(log.of("source_unavailable").count == 1)
    #expect(try scene.simulator.secrets(123, 1) == ["api_token": "value-2"])
  }

  @Test func withOneOfTwoFilesMissingNothingIsSent() throws {
    let scene = try Scene([Account(date: Day.soon)])
    try scene.place.dropIn(
      "30-second",
      "credential.jira-cloud.secrets.user = { file = \"\(scene.place.source("user"))\" }")
    let daemon = try scene.daemon()
    let said = try daemon.event("source_unavailable")
    #expect(said["error"]?.contains(scene.place.source("user")) == true)
    #expect(try scene.place.run("rotate", "jira-cloud").status == 66)
    #expect(try scene.simulator.requests(.update).isEmpty)
    try scene.place.put("somebody", into: "user")
    try daemon.event("rotated")
    try daemon.stop()
    #expect(
      try scene.simulator.requests(.update).count == 1)
    #expect(
      try scene.simulator.secrets(123, 456) == ["api_token": "value-1", "user": "somebody"])
  }

  @Test func aSourceThatVanishesAndComesBackIsNoNewValue() throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    try scene.place.removeSource("jira-cloud")
    try daemon.event("source_unavailable")
    try scene.place.put("value-1", into: "jira-cloud")
    try daemon.event("source_recovered")
    #expect(try scene.place.run("rotate", "jira-cloud", "--dry-run").status == 0)
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).isEmpty)
  }

  @Test func environmentFilesAndTheCredentialsDirectoryAreSources() throws {
    let scene = try Scene([Account(date: Day.soon)])
    try scene.place.put("# comment\nOTHER=x\nTOKEN=\"from a file\"\n", into: "environment")
    try scene.place.put("from systemd\n", into: "loaded")
    try scene.place.dropIn(
      "30-sources",
      """
      [credential.jira-cloud.secrets]
      first = { env_file = "\(scene.place.source("environment"))", key = "TOKEN" }
      second = { credential = "loaded" }
      """)
    let daemon = try scene.daemon(
      environment: ["CREDENTIALS_DIRECTORY": scene.place.sources])
    try daemon.event("rotated")
    try scene.place.put("TOKEN=again\n", into: "environment")
    try daemon.event("rotated", number: 2)
    try daemon.stop()
    #expect(
      try scene.simulator.secrets(123, 456)
        == ["api_token": "value-1", "first": "again", "second": "from systemd"])
  }
}
