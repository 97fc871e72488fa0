import Foundation
import Testing

/// The state directory as others see it.
@Suite(.limited) struct StateTests {
  @Test func aSecondDaemonOnTheSameStateIsToldToTryLater() throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    let second = try scene.place.run("run", "--log", "stderr")
    #expect(second.status == 75)
    #expect(second.errors.contains("\(daemon.process.identifier)"))
    // The first one is not disturbed.
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotated")
    #expect(try scene.place.run("status").status == 0)
    try daemon.stop()
  }

  @Test func twoDaemonsWithAStateEachDoNotDisturbEachOther() throws {
    let scene = try Scene()
    let first = try scene.settledDaemon()
    let other = scene.place.root + "/other"
    let second = try ChildProcess(
      Program.rotated.path,
      ["run", "--config-dir", scene.place.configuration, "--state-dir", other, "--log", "stderr"])
    _ = try second.errors.wait(for: "adopted") { lines, _ in
      lines.first { $0.contains("event=adopted") }
    }
    try scene.place.put("value-2", into: "jira-cloud")
    try scene.simulator.wait(for: 2, .update)
    try first.stop()
    second.signal(SIGTERM)
    #expect(try second.wait() == .exited(0))
  }

  @Test func aStateDirectoryThatCannotBeWrittenIs73() throws {
    let scene = try Scene()
    let place = scene.place
    // Root can write anywhere, so that the daemon has to be somebody else.
    for folder in [place.root, place.configuration, place.sources] {
      chmod(folder, 0o755)
    }
    chmod(place.state, 0o555)
    let run = try Nobody.run(
      Program.rotated.path, ["run"] + place.options + ["--log", "stderr"])
    #expect(run.status == 73, "\(run)")
    #expect(run.errors.contains(place.state))
    #expect(try scene.simulator.requests().isEmpty)
  }

  @Test func aStateDirectoryBelowAFileIs73() throws {
    let scene = try Scene()
    let file = scene.place.source("key")
    let run = try ChildProcess(
      Program.rotated.path,
      ["run", "--config-dir", scene.place.configuration, "--state-dir", file + "/state"]
        + ["--log", "stderr"]
    ).result()
    #expect(run.status == 73, "\(run)")
  }

  @Test func aDamagedStateIsMovedAsideAndBegunAnew() throws {
    let scene = try Scene()
    let first = try scene.settledDaemon()
    try scene.place.put("value-2", into: "jira-cloud")
    try first.event("rotated")
    try first.stop()
    let files = try FileManager.default.contentsOfDirectory(atPath: scene.place.state)
    for file in files where file.contains("db") || file.contains("sqlite") {
      try Data(repeating: 0x5A, count: 8192).write(
        to: URL(filePath: "\(scene.place.state)/\(file)"))
    }
    let daemon = try scene.daemon()
    let said = try daemon.event("state_rebuilt")
    #expect(said.priority == 3)
    // Nothing that DX has already is sent: it is adopted anew.
    try daemon.event("adopted")
    #expect(try scene.place.run("rotate", "jira-cloud", "--dry-run").status == 0)
    let log = try daemon.stop()
    #expect(log.of("rotated").isEmpty)
    let kept = try FileManager.default.contentsOfDirectory(atPath: scene.place.state)
      .filter { !files.contains($0) }
    #expect(kept.contains { said["msg"]?.contains($0) == true }, "\(kept) \(said)")
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func theStateIsItsOwnersOnly() throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    var mask: mode_t = 0
    for (file, _) in try scene.place.stateBytes() {
      var facts = stat()
      lstat("\(scene.place.state)/\(file)", &facts)
      if facts.st_mode & S_IFMT == S_IFREG { mask |= facts.st_mode & 0o077 }
    }
    #expect(mask == 0)
    try daemon.stop()
  }
}
