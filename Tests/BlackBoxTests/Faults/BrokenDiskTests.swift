import Foundation
import Testing

/// A disk that is full, broken, or goes away under a running daemon (contract, rule 11).
@Suite(.limited) struct BrokenDiskTests {
  enum Fault: Int32, CaseIterable {
    case full = 28
    case broken = 5
  }

  struct Entry: Decodable {
    var outcome: String?
  }

  @Test(arguments: Fault.allCases)
  func nothingIsSentThatCannotBeRecordedAndItGoesOnWhenTheDiskDoes(fault: Fault) throws {
    let scene = try Scene()
    let broken = scene.place.root + "/broken"
    let daemon = try scene.settledDaemon(
      environment: try Preload.environment([
        "DX_FAIL_WHILE": broken, "DX_FAIL_WITH": String(fault.rawValue),
      ]))
    try Data().write(to: URL(filePath: broken))
    try scene.place.put("value-2", into: "jira-cloud")
    let failed = try daemon.event("rotation_failed", number: 3)
    #expect(failed["reason"] == "state")
    #expect(failed.priority <= 4)
    #expect(try scene.simulator.requests(.update).isEmpty)
    try FileManager.default.removeItem(atPath: broken)
    try daemon.event("rotated")
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 1)
    let history: [Entry] = try scene.place.run("history", "--json").json()
    #expect(history.map(\.outcome) == ["accepted"])
    let log = try scene.daemon().stop()
    #expect(log.of("state_rebuilt").isEmpty)
  }

  /// DX took the value, and then its acceptance could not be written: it is written later, and not sent again.
  @Test(arguments: Fault.allCases)
  func anOutcomeThatCannotBeWrittenIsKept(fault: Fault) throws {
    let scene = try Scene()
    let broken = scene.place.root + "/broken"
    let daemon = try scene.settledDaemon(
      environment: try Preload.environment([
        "DX_FAIL_WHILE": broken, "DX_FAIL_WITH": String(fault.rawValue),
      ]))
    try scene.simulator.fault(#"{"match":"update","kind":"delay","ms":700}"#)
    try scene.place.put("value-2", into: "jira-cloud")
    try scene.simulator.wait(for: 1, .update)
    try Data().write(to: URL(filePath: broken))
    try daemon.event("rotated")
    try FileManager.default.removeItem(atPath: broken)
    // A person's pass is a turn, and finds nothing to send.
    #expect(try scene.place.run("rotate", "jira-cloud").status == 0)
    try daemon.stop()
    let history: [Entry] = try scene.place.run("history", "--json").json()
    #expect(history.map(\.outcome) == ["accepted"])
    let log = try scene.daemon().stop()
    #expect(log.of("interrupted").isEmpty)
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func aStateDirectoryThatIsRemovedStopsSendingAndIsSaid() throws {
    let scene = try Scene(retry: "initial = \"20ms\"")
    let daemon = try scene.settledDaemon()
    try FileManager.default.removeItem(atPath: scene.place.state)
    try scene.place.put("value-2", into: "jira-cloud")
    let failed = try daemon.event("rotation_failed")
    #expect(failed["reason"] == "state")
    #expect(try scene.simulator.requests(.update).isEmpty)
    try daemon.crash()
  }

  /// A mount that goes away leaves what was below it, an empty directory; needs the right to mount.
  @Test(.enabled(if: geteuid() == 0, "mounting a file system needs root"))
  func aStateDirectoryThatIsUnmountedStopsSendingUntilItIsBack() throws {
    let scene = try Scene(retry: "initial = \"20ms\"")
    let state = scene.place.state
    let image = scene.place.root + "/mounted"
    try FileManager.default.createDirectory(
      atPath: image, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    let mount = try ChildProcess("/usr/bin/mount", ["--bind", image, state]).result()
    // A container's root may lack it all the same.
    guard mount.status == 0 else { return }
    defer { _ = try? ChildProcess("/usr/bin/umount", ["--lazy", state]).result() }
    let daemon = try scene.settledDaemon()
    #expect(try ChildProcess("/usr/bin/umount", ["--lazy", state]).result().status == 0)
    try scene.place.put("value-2", into: "jira-cloud")
    let failed = try daemon.event("rotation_failed")
    #expect(failed["reason"] == "state")
    #expect(try scene.simulator.requests(.update).isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: state).isEmpty)
    #expect(try ChildProcess("/usr/bin/mount", ["--bind", image, state]).result().status == 0)
    try daemon.event("rotated")
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 1)
    let log = try scene.daemon().stop()
    #expect(log.of("state_rebuilt").isEmpty)
    #expect(log.of("adopted").isEmpty)
  }

  /// As when a full disk is met for real; needs the right to mount.
  @Test(.enabled(if: geteuid() == 0, "mounting a file system needs root"))
  func aFullFileSystem() throws {
    let scene = try Scene()
    let state = scene.place.state
    let mount = try ChildProcess(
      "/usr/bin/mount", ["-t", "tmpfs", "-o", "size=512k,mode=700", "dx-test", state]
    ).result()
    // A container's root may lack it all the same.
    guard mount.status == 0 else { return }
    defer { _ = try? ChildProcess("/usr/bin/umount", ["--lazy", state]).result() }
    let daemon = try scene.settledDaemon()
    let filler = state + "/filler"
    let descriptor = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    let page = [UInt8](repeating: 1, count: 4096)
    while write(descriptor, page, page.count) > 0 {}
    close(descriptor)
    // The log has pages left from before; some sends fit into them.
    var number = 1
    while try daemon.events("rotation_failed", ["reason": "state"]).isEmpty, number < 500 {
      number += 1
      try scene.place.put("value-\(number)", into: "jira-cloud")
      let pass = try scene.place.run("rotate", "jira-cloud")
      guard pass.status == 0 else { break }
    }
    #expect(number < 500)
    let before = try scene.simulator.requests(.update).count
    unlink(filler)
    number += 1
    try scene.place.put("value-\(number)", into: "jira-cloud")
    #expect(try scene.place.run("rotate", "jira-cloud").status == 0)
    #expect(try scene.simulator.requests(.update).count > before)
    try daemon.stop()
    let log = try scene.daemon().stop()
    #expect(log.of("state_rebuilt").isEmpty)
    #expect(log.of("interrupted").isEmpty)
  }
}
