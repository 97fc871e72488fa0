import Foundation
import Testing

/// Alerts that run a program (contract, `alert.command.NAME`).
@Suite(.limited) struct CommandAlertTests {
  /// Runs `alert test` with one command channel whose program is this shell script.
  private func test(
    _ script: String, timeout: String = "30s", _ look: (Workplace, CommandResult) throws -> Void
  ) throws {
    let scene = try Scene()
    try scene.place.dropIn(
      "16-alert",
      """
      [alert.command.page]
      argv = ["/bin/sh", "-c", '''cd \(scene.place.root); \(script)''', "name", "an argument"]
      timeout = "\(timeout)"
      """)
    try look(scene.place, try scene.place.testAlerts())
  }

  private func text(_ place: Workplace, _ file: String) throws -> String {
    try String(contentsOfFile: "\(place.root)/\(file)", encoding: .utf8)
  }

  @Test func itGetsTheAlertOnStdinAndInItsEnvironmentAndNothingElse() throws {
    let script =
      #"cat > in; env > env; echo "$1" > arg; ls /proc/self/fd > fd; grep SigBlk /proc/self/status > sig"#
    try test(script) { place, result in
      #expect(result.status == 0, "\(result)")
      #expect(result.output == "command.page: delivered")
      let alert =
        try JSONSerialization.jsonObject(with: Data(try text(place, "in").utf8)) as? [String: Any]
      #expect(alert?["test"] as? Bool == true)
      #expect(alert?["event"] as? String == "test")
      let names = Set(
        try text(place, "env").split(separator: "\n").compactMap { $0.split(separator: "=").first })
      #expect(names.contains("DX_EVENT") && names.contains("DX_MESSAGE"))
      // PWD, OLDPWD and _ are the shell's own.
      #expect(
        names.allSatisfy {
          $0.hasPrefix("DX_") || ["PATH", "PWD", "OLDPWD", "_", "SHLVL"].contains($0)
        }, "\(names)")
      #expect(try text(place, "arg") == "an argument\n")
      #expect(try text(place, "fd").split(separator: "\n").count == 4)
      #expect(try text(place, "sig").contains("0000000000000000"))
    }
  }

  @Test func theEndOfWhatAFailingOneSaysIsTold() throws {
    try test("head -c 1000000 /dev/zero | tr '\\0' x >&2; echo no such user >&2; exit 3") {
      _, result in
      #expect(result.status == 69)
      #expect(result.errors.contains("the command failed with exit status 3; it said: "))
      #expect(result.errors.hasSuffix("xno such user") || result.errors.hasSuffix("no such user"))
      #expect(result.errors.utf8.count < 2000)
    }
  }

  @Test func oneThatPrintsAMegabyteAndReadsNothingIsFine() throws {
    try test("head -c 1000000 /dev/zero; exec 0<&-") { _, result in
      #expect(result.status == 0, "\(result)")
    }
  }

  @Test func oneThatNeverEndsIsEndedWithAllThatItStarted() throws {
    try test(
      "mkfifo held; sleep 1000 9<>held & echo waiting >&2; wait", timeout: "300ms"
    ) { place, result in
      #expect(result.status == 69)
      #expect(result.errors.contains("it took longer than 300ms; it said: waiting"))
      try waitUntilNobodyHolds("\(place.root)/held")
    }
  }

  @Test func oneThatIgnoresSIGTERMIsKilled() throws {
    try test("trap '' TERM; while :; do sleep 1000; done", timeout: "200ms") { _, result in
      #expect(result.status == 69)
      #expect(result.errors.contains("took longer than 200ms"))
    }
  }

  @Test func whatOneLeavesBehindIsEnded() throws {
    try test("mkfifo held; sleep 1000 9<>held &") { place, result in
      #expect(result.status == 0, "\(result)")
      try waitUntilNobodyHolds("\(place.root)/held")
    }
  }

  /// One that leaves its group is beyond reach; it keeps nobody waiting, although it has the same stderr.
  @Test func whatOneSendsIntoTheBackgroundIsNotWaitedFor() throws {
    try test("setsid sleep 1000 & echo $! > child") { place, result in
      #expect(result.status == 0, "\(result)")
      kill(try #require(pid_t(try text(place, "child").dropLast())), SIGKILL)
    }
  }

  @Test func aMissingProgramIsSaid() throws {
    let scene = try Scene(tables: "[alert.command.page]\nargv = [\"/nonexistent/program\"]")
    let result = try scene.place.testAlerts()
    #expect(result.status == 69)
    #expect(
      result.errors.contains("/nonexistent/program cannot be started: No such file or directory"))
  }

  @Test func theDaemonRunsOneAndGoesOn() throws {
    let scene = try WebhookAlertTests.scene(
      """
      [alert.command.bad]
      argv = ["/bin/sh", "-c", "echo out of paper >&2; exit 1"]
      [alert.command.endless]
      argv = ["/bin/sleep", "1000"]
      [alert.command.missing]
      argv = ["/nonexistent/program"]
      [alert.command.loud]
      argv = ["/usr/bin/head", "-c", "1000000", "/dev/zero"]
      """)
    let seen = try FolderWatch(scene.place.root)
    let root = scene.place.root
    try scene.place.dropIn(
      "17-alert",
      """
      [alert.command.good]
      argv = ["/bin/sh", "-c", "cat > \(root)/.new && mv \(root)/.new \(root)/$DX_PHASE"]
      """)
    let daemon = try scene.settledDaemon()
    try scene.place.put("bad-1", into: "jira-cloud")
    let failed = try daemon.event("alert_delivery_failed", ["reason": "command.bad"])
    #expect(failed["error"]?.contains("out of paper") == true)
    let missing = try daemon.event("alert_delivery_failed", ["reason": "command.missing"])
    #expect(missing["error"]?.contains("No such file or directory") == true)
    #expect(try seen.wait(for: "raised") { $0 }.contains("rotation_held"))
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotated")
    #expect(try seen.wait(for: "resolved") { $0 }.contains("rotation_held"))
    let log = try daemon.stop()
    #expect(
      Set(log.of("alert_delivery_failed").compactMap { $0["reason"] })
        == ["command.bad", "command.missing"])
  }

  /// Reads a named pipe to its end, which comes when no process has it open for writing any more.
  private func waitUntilNobodyHolds(_ pipe: String) throws {
    let descriptor = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0, fcntl(descriptor, F_SETFL, 0) == 0 else {
      throw Failure("\(pipe): errno \(errno)")
    }
    _ = try LineStream(descriptor).whole()
  }
}

extension Workplace {
  /// Runs `dx-rotated alert test` here.
  func testAlerts(_ channels: String...) throws -> CommandResult {
    try ChildProcess(Program.rotated.path, ["alert", "test"] + options + channels).result()
  }
}
