import Foundation
import Testing

/// `rotate` and its exit statuses, with a daemon and alone (contract, section 1).
@Suite(.limited) struct RotateTests {
  /// Whether a daemon does the work.
  enum Worker: CaseIterable {
    case daemon, alone
  }

  /// A daemon that has settled; or none, after one has: so that the value is adopted either way.
  private func daemon(_ worker: Worker, _ scene: Scene) throws -> Daemon? {
    let daemon = try scene.settledDaemon()
    guard worker == .alone else { return daemon }
    try daemon.stop()
    return nil
  }

  @Test(arguments: Worker.allCases)
  func itSendsWhatDiffersAndNothingElseUnlessForced(worker: Worker) throws {
    let scene = try Scene()
    let daemon = try daemon(worker, scene)
    // Adopted: DX never accepted it from here, so a person who asks gets it sent.
    let first = try scene.place.run("rotate", "jira-cloud")
    #expect(first.status == 0, "\(first)")
    let second = try scene.place.run("rotate", "jira-cloud")
    #expect(second.status == 0)
    #expect(second.output.contains("--force"), "\(second)")
    let count = try scene.simulator.requests(.update).count
    let dry = try scene.place.run("rotate", "jira-cloud", "--force", "--dry-run")
    #expect(dry.status == 0)
    #expect(dry.output.contains("would be sent"))
    #expect(try scene.simulator.requests(.update).count == count)
    let forced = try scene.place.run("rotate", "jira-cloud", "--force")
    #expect(forced.status == 0)
    #expect(forced.output.contains("accepted"))
    #expect(try scene.simulator.requests(.update).count == count + 1)
    try daemon?.stop()
  }

  @Test(arguments: Worker.allCases) func anUnknownNameIs64(worker: Worker) throws {
    let scene = try Scene()
    let daemon = try daemon(worker, scene)
    let result = try scene.place.run("rotate", "jira-cloud", "jira-clod")
    #expect(result.status == 64)
    #expect(result.errors.contains("jira-clod"))
    #expect(try scene.simulator.requests(.update).isEmpty)
    try daemon?.stop()
  }

  @Test(arguments: Worker.allCases, ["Invalid credentials", "Duplicate secrets"])
  func aRefusedSecretIs65(worker: Worker, label: String) throws {
    let scene = try Scene([Account(value: "bad-1", inDX: refusal(label))])
    let daemon = try daemon(worker, scene)
    let result = try scene.place.run("rotate", "jira-cloud", "--force")
    #expect(result.status == 65)
    #expect(result.errors.contains(label))
    #expect(result.errors.contains("The vendor refused it"))
    #expect(try scene.simulator.requests(.update).count == 1)
    try daemon?.stop()
  }

  @Test(arguments: Worker.allCases) func aSourceThatHoldsNothingIs66(worker: Worker) throws {
    let scene = try Scene()
    let daemon = try daemon(worker, scene)
    try scene.place.removeSource("jira-cloud")
    let result = try scene.place.run("rotate", "jira-cloud")
    #expect(result.status == 66)
    #expect(result.errors.contains(scene.place.source("jira-cloud")))
    try daemon?.stop()
  }

  @Test(arguments: Worker.allCases) func anAPIThatIsNotReachedIs69(worker: Worker) throws {
    let scene = try Scene()
    let daemon = try daemon(worker, scene)
    try scene.simulator.fault(#"{"match":"update","kind":"status","status":503}"#)
    #expect(try scene.place.run("rotate", "jira-cloud", "--force").status == 69)
    try daemon?.stop()
    try scene.simulator.stop()
    #expect(try scene.place.run("rotate", "jira-cloud", "--force").status == 69)
  }

  @Test(arguments: Worker.allCases) func aThrottledRequestIs75(worker: Worker) throws {
    let scene = try Scene()
    let daemon = try daemon(worker, scene)
    try scene.simulator.fault(#"{"match":"update","kind":"throttle","retry_after":"600"}"#)
    #expect(try scene.place.run("rotate", "jira-cloud", "--force").status == 75)
    #expect(try scene.place.run("rotate", "jira-cloud", "--force").status == 75)
    try daemon?.stop()
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test(arguments: Worker.allCases) func aRefusedKeyIs77(worker: Worker) throws {
    let scene = try Scene()
    let daemon = try daemon(worker, scene)
    try scene.simulator.accept(key: "dx-key-2")
    #expect(try scene.place.run("rotate", "jira-cloud", "--force").status == 77)
    try daemon?.stop()
  }

  @Test(arguments: Worker.allCases) func aCredentialThatDXDoesNotKnowIs78(worker: Worker) throws {
    let scene = try Scene()
    let daemon = try daemon(worker, scene)
    try scene.simulator.change(123, 456, #"{"exists":false}"#)
    let result = try scene.place.run("rotate", "jira-cloud", "--force")
    #expect(result.status == 78)
    #expect(result.errors.contains("credential_not_found"))
    try daemon?.stop()
  }

  @Test func aCredentialThatAnotherProcessIsAtIs75() throws {
    let scene = try Scene()
    try scene.settledDaemon().stop()
    try scene.simulator.fault(#"{"match":"update","kind":"delay","ms":600000,"hold":true}"#)
    let busy = try ChildProcess(
      Program.rotated.path, ["rotate", "jira-cloud", "--force"] + scene.place.options)
    try scene.simulator.wait(for: 1, .update)
    #expect(try scene.place.run("rotate", "jira-cloud", "--force").status == 75)
    busy.signal(SIGKILL)
    _ = try busy.wait()
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  /// While one is at work the other may store what it has read; what DX accepted is remembered all the same.
  @Test func whatWasAcceptedIsRememberedWhateverAnotherProcessStores() throws {
    let scene = try Scene()
    try scene.simulator.fault(#"{"match":"update","kind":"delay","ms":5000,"hold":true}"#)
    let first = try ChildProcess(
      Program.rotated.path, ["rotate", "jira-cloud"] + scene.place.options)
    try scene.simulator.wait(for: 1, .update)
    _ = try scene.place.run("rotate", "jira-cloud")
    #expect(try first.wait() == .exited(0))
    let again = try scene.place.run("rotate", "jira-cloud")
    #expect(again.output.contains("already"), "\(again)")
    #expect(try scene.simulator.requests(.update).count == 1)
  }

  @Test func aDaemonThatStartsMeanwhileWaitsAndGoesOnWithoutAFailure() throws {
    let scene = try Scene()
    try scene.settledDaemon().stop()
    try scene.simulator.fault(#"{"match":"update","kind":"delay","ms":5000,"hold":true}"#)
    let command = try ChildProcess(
      Program.rotated.path, ["rotate", "jira-cloud", "--force"] + scene.place.options)
    try scene.simulator.wait(for: 1, .update)
    try scene.place.put("value-2", into: "jira-cloud")
    let daemon = try scene.daemon()
    #expect(try command.wait() == .exited(0))
    try daemon.event("rotated", ["credential": "jira-cloud"])
    let log = try daemon.stop()
    #expect(log.of("rotation_failed").isEmpty)
    #expect(try scene.simulator.requests(.update).count == 2)
  }

  @Test func aKeyThatOnlyTheServiceCanReadIsNoTroubleOfTheService() throws {
    let scene = try Scene(api: #"token = { credential = "key" }"#)
    let alone = try scene.place.run("rotate", "jira-cloud")
    #expect(alone.status == 66)
    #expect(alone.errors.hasPrefix("jira-cloud: credential key:"), "\(alone)")
    #expect(alone.errors.split(separator: "\n").count == 1)
    let daemon = try scene.settledDaemon(environment: ["CREDENTIALS_DIRECTORY": scene.place.sources]
    )
    #expect(try daemon.stop().of("source_recovered").isEmpty)
  }

  @Test func anEnvironmentVariableIsTheServicesOnly() throws {
    let scene = try Scene([Account(settings: "secrets.user = { env = \"DX_TEST_USER\" }")])
    let environment = ["DX_TEST_USER": "somebody"]
    let alone = try scene.place.run("rotate", "jira-cloud", environment: environment)
    #expect(alone.status == 66)
    #expect(alone.errors.contains("DX_TEST_USER"))
    let check = try scene.place.run("check", environment: environment)
    #expect(check.status == 0, "\(check)")
    #expect(check.output.contains("DX_TEST_USER"))
    let daemon = try scene.settledDaemon(environment: environment)
    #expect(try scene.place.run("rotate", "jira-cloud").status == 0)
    try daemon.stop()
    #expect(
      try scene.simulator.secrets(123, 456) == ["api_token": "value-1", "user": "somebody"])
  }

  @Test func ofSeveralNamesTheFirstFailureCounts() throws {
    let scene = try Scene([
      Account("fine", id: 1), Account("refused", id: 2, value: "bad-1", inDX: refusal()),
      Account("gone", id: 3, value: nil),
    ])
    let daemon = try scene.settledDaemon("fine", "refused")
    let result = try scene.place.run("rotate", "fine", "refused", "gone", "--force")
    #expect(result.status == 65)
    #expect(result.output.contains("fine: "))
    #expect(result.errors.contains("refused: "))
    #expect(result.errors.contains("gone: "))
    #expect(try scene.place.run("rotate", "gone", "refused", "--force").status == 66)
    try daemon.stop()
  }

  @Test func aDryRunAloneLeavesNoTrace() throws {
    let scene = try Scene([Account(settings: "first_seen = \"push\"")])
    let dry = try scene.place.run("rotate", "jira-cloud", "--dry-run")
    #expect(dry.status == 0, "\(dry)")
    let daemon = try scene.daemon()
    try daemon.event("rotated", ["reason": "first_seen"])
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).count == 1)
  }
}
