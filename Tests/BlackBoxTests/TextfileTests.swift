import Foundation
import Testing

/// `metrics.textfile`.
@Suite(.limited) struct TextfileTests {
  /// A scene that writes metrics, with the value of its credential refused from the first answer if it begins with `bad`.
  private func scene(_ account: Account) throws -> (Scene, FolderWatch) {
    let scene = try Scene([account])
    try scene.place.dropIn(
      "16-metrics", "[metrics]\ntextfile = \"\(scene.place.root)/dx.prom\"")
    return (scene, try FolderWatch(scene.place.root))
  }

  private func lines(
    _ watch: FolderWatch, until isWanted: (Set<Substring>) -> Bool = { _ in true }
  ) throws -> Set<Substring> {
    try watch.wait(for: "dx.prom") { text in
      let lines = Set(text.split(separator: "\n"))
      return isWanted(lines) ? lines : nil
    }
  }

  @Test func countersSurviveARestart() throws {
    let (scene, watch) = try scene(Account(inDX: refusal("Duplicate secrets")))
    let labels = "credential=\"jira-cloud\",connection_id=\"123\",credential_id=\"456\""
    let failure = "dx_rotated_failures_total{kind=\"duplicate\"} 1"
    let first = try scene.settledDaemon()
    try scene.place.put("bad-1", into: "jira-cloud")
    try first.event("rotation_held")
    let before = try lines(watch) { $0.contains(failure[...]) }
    #expect(before.contains("dx_rotated_credential_state{\(labels),state=\"held\"} 1"))
    #expect(before.contains("dx_rotated_credential_state{\(labels),state=\"watching\"} 0"))
    #expect(before.contains("dx_rotated_alerts{event=\"rotation_held\",severity=\"warning\"} 1"))
    #expect(
      before.contains {
        $0.hasPrefix("dx_rotated_credential_expiry_timestamp_seconds{\(labels)} ")
      })
    try first.stop()
    try FileManager.default.removeItem(atPath: scene.place.root + "/dx.prom")
    let second = try scene.daemon()
    let after = try lines(watch)
    #expect(after.contains(failure[...]))
    #expect(
      after.contains(
        "dx_rotated_requests_total{method=\"credentials.update\",outcome=\"refused\"} 1"))
    try second.stop()
    let file = try FileManager.default.attributesOfItem(atPath: scene.place.root + "/dx.prom")
    #expect(file[.posixPermissions] as? Int == 0o644)
  }

  @Test(arguments: ["jira-cloud", #"a \"b\" \\ {c} ÄÖ 鍵"#])
  func promtoolTakesThePage(name: String) throws {
    let promtool = try Tool("promtool")
    let scene = try Scene([])
    try scene.place.dropIn(
      "16-metrics",
      """
      [metrics]
      textfile = "\(scene.place.root)/dx.prom"
      [credential."\(name)"]
      connection_id = 123
      id = 456
      secrets.api_token = { file = "\(scene.place.source("missing"))" }
      """)
    let watch = try FolderWatch(scene.place.root)
    let daemon = try scene.daemon()
    let state = "credential=\"\(name)\",connection_id=\"123\",credential_id=\"456\",state="
    _ = try lines(watch) { $0.contains { $0.contains(state) && $0.hasSuffix("} 1") } }
    try daemon.stop()
    let check = try ChildProcess(
      "/bin/sh",
      ["-c", "\"$1\" check metrics <\"$2\"", "sh", promtool.path, scene.place.root + "/dx.prom"]
    ).result()
    #expect(check.status == 0, "\(check)")
    #expect(check.output.isEmpty && check.errors.isEmpty, "\(check)")
  }

  /// What nobody writes would make a rule that never fires, and an empty panel.
  @Test func everyFigureOfTheRulesAndTheDashboardIsWritten() throws {
    let (scene, watch) = try scene(Account())
    let daemon = try scene.daemon()
    let families = try watch.wait(for: "dx.prom") { page in
      Set(page.matches(of: /# TYPE (\w+)/).map { String($0.output.1) })
    }
    try daemon.stop()
    let deploy = URL(filePath: #filePath).appending(path: "../../../deploy").standardizedFileURL
    for file in ["prometheus/dx-rotated.rules.yml", "grafana/dx-rotated.json"] {
      let text = try String(contentsOf: deploy.appending(path: file), encoding: .utf8)
      let used = Set(text.matches(of: /dx_rotated_\w+/).map { String($0.output) })
      #expect(!used.isEmpty && used.isSubset(of: families), "\(used.subtracting(families))")
    }
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

  /// Whoever removes the metrics, or moves them, must not leave figures behind that look like the present ones.
  @Test func theFileGoesWhenItIsNotWrittenAnyMore() throws {
    let (scene, watch) = try scene(Account())
    let daemon = try scene.daemon()
    _ = try lines(watch)
    try scene.place.removeDropIn("16-metrics")
    daemon.reload()
    try daemon.event("config_loaded", number: 2)
    #expect(!FileManager.default.fileExists(atPath: scene.place.root + "/dx.prom"))
    try daemon.stop()
  }
}
