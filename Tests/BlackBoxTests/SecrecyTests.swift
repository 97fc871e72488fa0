import Foundation
import Testing

/// No value and no key is in anything that is written (contract, section 5).
@Suite(.limited) struct SecrecyTests {
  private static let secret = "bad-canary \"secret\" ünd\\mehr"
  private static let key = "dx-canary-key"

  /// How the canaries could look if they leaked.
  private static let forbidden = [
    "canary", Data("bad-canary \"secret\"".utf8).base64EncodedString().prefix(16).description,
    Data(key.utf8).base64EncodedString().prefix(12).description,
  ]

  @Test func theCanariesAreNowhere() throws {
    let echo = refusal("Invalid {secret} token", message: "We got '{secret}' from you")
      .replacingOccurrences(of: "403 Forbidden", with: "403 {secret} and more {secret}")
    let scene = try Scene(
      [Account(value: "value-1", inDX: echo), Account("broken", id: 2, value: nil)],
      retry: "verification_attempts = 1")
    try scene.place.put(Self.key, into: "key")
    try scene.simulator.accept(key: Self.key)
    var written: [String: Data] = [:]
    let daemon = try scene.settledDaemon()
    try scene.place.put(Self.secret, into: "jira-cloud")
    // A JSON document that does not say what it should is not quoted either.
    try scene.place.put("{\"token\": canary", into: "broken")
    try scene.place.dropIn(
      "30-broken",
      "credential.broken.secrets.api_token = "
        + "{ file = \"\(scene.place.source("broken"))\", json = \"/token\" }")
    daemon.reload()
    try daemon.event("rotation_held")
    try daemon.event("source_unavailable", ["credential": "broken"])
    // The API echoes the key, then a proxy does.
    let proxy = Data("<h1>Bearer \(Self.key) may not pass</h1>".utf8)
    try scene.simulator.fault(
      #"{"match":"update","kind":"ok_false","error":"odd \#(Self.key)","#
        + #""display_message":"Bearer \#(Self.key) has no rights"}"#)
    #expect(try scene.place.run("rotate", "jira-cloud").status == 65)
    try scene.simulator.fault(
      #"{"match":"update","kind":"status","status":502,"body":"\#(String(decoding: proxy, as: UTF8.self))"}"#
    )
    #expect(try scene.place.run("rotate", "jira-cloud").status == 69)

    for file in ["cmdline", "environ"] {
      written["/proc/…/" + file] = FileManager.default.contents(
        atPath: "/proc/\(daemon.process.identifier)/\(file)")
    }
    let commands = [
      ["status"], ["status", "--json"], ["history"], ["history", "--json"], ["plan"],
      ["plan", "--json"], ["check"], ["check", "--online"], ["rotate", "jira-cloud"],
      ["rotate", "jira-cloud", "--dry-run"],
    ]
    for words in commands {
      let result = try ChildProcess(
        Program.rotated.path, [words[0]] + scene.place.options + words.dropFirst()
      ).result()
      written[words.joined(separator: " ")] = Data((result.output + result.errors).utf8)
    }
    let log = try daemon.stop()
    written["the log"] = Data(log.map(\.description).joined(separator: "\n").utf8)
    for (file, bytes) in try scene.place.stateBytes() { written["state/" + file] = bytes }
    for (place, bytes) in written {
      for canary in Self.forbidden {
        #expect(bytes.firstRange(of: Data(canary.utf8)) == nil, "\(canary) is in \(place)")
      }
    }
    // What DX said is there all the same.
    #expect(
      log.of("rotation_failed").contains { $0["display_message"] == "We got '[redacted]' from you" }
    )
    #expect(written.keys.contains { $0.hasPrefix("state/") })
    #expect(try scene.simulator.requests(.update).contains { $0.body.contains("canary") })
  }

  @Test func theProcessWritesNoCoreDump() throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    let limits = try String(
      contentsOfFile: "/proc/\(daemon.process.identifier)/limits", encoding: .utf8)
    let line = try #require(
      limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
    #expect(line.split(separator: " ").filter { $0 == "0" }.count == 2)
    try daemon.stop()
  }
}
