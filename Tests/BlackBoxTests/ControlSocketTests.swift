import Foundation
import Testing

/// The socket through which commands ask the daemon (contract, section 1).
@Suite(.limited) struct ControlSocketTests {
  /// A client of the socket that says whatever it likes.
  private final class Client {
    private let descriptor: Int32

    init(_ path: String) throws {
      descriptor = socket(
        AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      var longest = timeval(tv_sec: Int(patience), tv_usec: 0)
      setsockopt(
        descriptor, SOL_SOCKET, SO_RCVTIMEO, &longest, socklen_t(MemoryLayout<timeval>.size))
      guard UnixAddress(path).connect(descriptor) == 0 else {
        throw Failure("connect: errno \(errno)")
      }
    }

    deinit { close(descriptor) }

    /// Says something, as far as the daemon takes it.
    func say(_ text: String) {
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes {
          send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
      }
    }

    /// Everything it answers until it hangs up.
    func answer() -> String {
      var received: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return String(decoding: received, as: UTF8.self) }
        received += buffer.prefix(count)
      }
    }
  }

  @Test(arguments: [
    "garbage\n", "\n", "{}\n", "{\"verb\":\"steal\"}\n", "[[[[[[[[\n", "\u{0}\u{1}\u{2}\n",
    "{\"verb\":\"rotate\",\"names\":[\"nobody\"],\"force\":true,\"dryRun\":false}\n",
  ])
  func nonsenseIsAnsweredWithAnError(text: String) throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    let client = try Client(scene.place.state + "/control")
    client.say(text)
    let answer = client.answer()
    #expect(answer.contains("\"status\":64"), "\(answer)")
    #expect(try scene.place.run("rotate", "jira-cloud").status == 0)
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func arequestThatIsTooLongIsCutOff() throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    let client = try Client(scene.place.state + "/control")
    client.say(String(repeating: "x", count: 4 << 20))
    _ = client.answer()
    #expect(try scene.place.run("rotate", "jira-cloud").status == 0)
    try daemon.stop()
  }

  @Test func clientsThatHangOrLeaveHarmNobody() throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    // Some say nothing, some half a request, some do not wait for the answer.
    let hanging = try (1...10).map { _ in try Client(scene.place.state + "/control") }
    for client in hanging.prefix(5) { client.say("{\"verb\":") }
    try scene.simulator.fault(#"{"match":"update","kind":"delay","ms":300}"#)
    do {
      let leaving = try Client(scene.place.state + "/control")
      leaving.say(
        #"{"verb":"rotate","names":["jira-cloud"],"force":true,"dryRun":false}"# + "\n")
      try scene.simulator.wait(for: 1, .update)
    }
    // What the one that left asked for goes on.
    try daemon.event("rotated")
    try scene.place.put("value-2", into: "jira-cloud")
    try daemon.event("rotated", number: 2)
    #expect(try scene.place.run("rotate", "jira-cloud").status == 0)
    try daemon.stop()
    withExtendedLifetime(hanging) {}
  }

  @Test(.enabled(if: Nobody.isSomebodyElse, "only root can be somebody else"))
  func otherUsersAreRefused() throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    for folder in [scene.place.root, scene.place.configuration, scene.place.state] {
      chmod(folder, 0o755)
    }
    let refused = try Nobody.run(
      Program.rotated.path, ["rotate", "jira-cloud", "--force"] + scene.place.options)
    #expect(refused.status == 73)
    #expect(refused.errors.contains("permission denied"), "\(refused)")
    // Not even when the file's mode would let them.
    chmod(scene.place.state + "/control", 0o777)
    let again = try Nobody.run(
      Program.rotated.path, ["rotate", "jira-cloud", "--force"] + scene.place.options)
    #expect(again.status != 0)
    #expect(try scene.place.run("rotate", "jira-cloud", "--dry-run").status == 0)
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).isEmpty)
  }

  @Test func itIsWhereTheRuntimeDirectorySaysAndFoundFromAShell() throws {
    let scene = try Scene()
    let runtime = scene.place.root + "/runtime"
    #expect(mkdir(runtime, 0o700) == 0)
    let daemon = try scene.settledDaemon(environment: ["RUNTIME_DIRECTORY": runtime])
    #expect(access(runtime + "/control", F_OK) == 0)
    #expect(try scene.place.run("rotate", "jira-cloud").status == 0)
    try daemon.event("rotated")
    try daemon.stop()
    #expect(access(runtime + "/control", F_OK) != 0)
    // Without a daemon the command works alone.
    #expect(try scene.place.run("rotate", "jira-cloud", "--force").status == 0)
  }
}
