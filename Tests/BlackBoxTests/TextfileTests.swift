import Foundation
import Testing

/// `metrics.textfile`.
@Suite(.timeLimit(.minutes(3))) struct TextfileTests {
  private func metrics(_ path: String, until isWanted: ([Substring]) -> Bool) throws -> [Substring]
  {
    let deadline = Date(timeIntervalSinceNow: patience)
    var text = ""
    while Date() < deadline {
      text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      let lines = text.split(separator: "\n")
      if isWanted(lines) { return lines }
      usleep(20_000)
    }
    throw Failure("the textfile is:\n\(text)")
  }

  @Test func countersSurviveARestartAndPromtoolTakesThePage() throws {
    let scene = try Scene([Account(inDX: refusal("Duplicate secrets"))])
    let path = scene.place.root + "/dx.prom"
    try scene.place.dropIn("16-metrics", "[metrics]\ntextfile = \"\(path)\"")
    let labels = "credential=\"jira-cloud\",connection_id=\"123\",credential_id=\"456\""
    let failure = "dx_rotated_failures_total{kind=\"duplicate\"} 1"
    let first = try scene.settledDaemon()
    try scene.place.put("bad-1", into: "jira-cloud")
    try first.event("rotation_held")
    let lines = try metrics(path) { $0.contains(failure[...]) }
    #expect(lines.contains("dx_rotated_credential_state{\(labels),state=\"held\"} 1"))
    #expect(lines.contains("dx_rotated_credential_state{\(labels),state=\"watching\"} 0"))
    #expect(lines.contains("dx_rotated_alerts{event=\"rotation_held\",severity=\"warning\"} 1"))
    #expect(
      lines.contains { $0.hasPrefix("dx_rotated_credential_expiry_timestamp_seconds{\(labels)} ") })
    try first.stop()
    try FileManager.default.removeItem(atPath: path)
    let second = try scene.daemon()
    let after = try metrics(path) { !$0.isEmpty }
    #expect(after.contains(failure[...]))
    #expect(
      after.contains(
        "dx_rotated_requests_total{method=\"credentials.update\",outcome=\"refused\"} 1"))
    try second.stop()
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o644)
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool") else { return }
    let check = try ChildProcess(
      "/bin/sh", ["-c", "exec /usr/bin/promtool check metrics <\"$1\"", "sh", path]
    ).result()
    #expect(check.status == 0, "\(check)")
    #expect(check.output.isEmpty && check.errors.isEmpty, "\(check)")
  }

  @Test func aDirectoryThatIsGoneIsSaidOnceAndHoldsNothingUp() throws {
    let scene = try Scene()
    try scene.place.dropIn(
      "16-metrics", "[metrics]\ntextfile = \"\(scene.place.root)/gone/dx.prom\"")
    let daemon = try scene.settledDaemon()
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotated")
    let log = try daemon.stop()
    #expect(log.filter { $0["reason"] == "metrics_unwritable" }.count == 1)
  }
}
