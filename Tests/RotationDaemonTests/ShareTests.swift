import Dispatch
import Foundation
import RotationEngine
import SecretSources
import StateStore
import Systemd
import Testing

@testable import RotationDaemon

/// A node's share may change while a turn is on its way to the state that the nodes share.
@Suite struct ShareTests {
  private let folder: String
  private let queue = DispatchQueue(label: "loop")
  private let sharedQueue = DispatchQueue(label: "shared")
  private let key = CredentialKey(connection: 123, id: 456)

  init() throws {
    folder = NSTemporaryDirectory() + "dx-rotated-share-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    try "value-1".write(toFile: folder + "/source", atomically: true, encoding: .utf8)
  }

  private var settings: Settings {
    let source = Source(.file(path: folder + "/source"))
    var credential = CredentialSettings(
      name: "jira-cloud", key: key, secrets: [.init(key: "api_token", source: source)])
    credential.policy.settle = .milliseconds(20)
    return Settings(
      api: APISettings(url: "http://127.0.0.1:1", token: source), credentials: [credential])
  }

  private func state(_ name: String) throws -> SQLiteState {
    try SQLiteState(
      directory: "\(folder)/\(name)", instance: "http://127.0.0.1:1", access: .command)
  }

  @Test func `what was given up before its source was read is read when it is back`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (own, shared) = (try state("own"), try state("shared"))
    let key = key
    let loop = try queue.sync {
      try RotationLoop.make(
        queue: queue, clock: SystemClock(), settings: settings, state: own,
        reader: SourceReader(
          environment: SecretSources.ProcessEnvironment(), credentialsDirectory: nil,
          readsEnvironment: false),
        fingerprintKey: try #require(FingerprintKey.generate()),
        journal: Journal(EventLog(destination: .standardError, minimum: .error)), mode: .daemon,
        shared: LedgerDesk.Shared(
          ledger: AttemptLedger(state: shared) { .present }, queue: sharedQueue))
    }
    var elsewhere = settings
    elsewhere.elsewhere = elsewhere.credentials
    elsewhere.credentials = []
    let share = settings
    // The turn in which the source is to be read is on its way when the credential goes.
    sharedQueue.suspend()
    queue.sync { loop.changeShare(share) }
    queue.sync { loop.changeShare(elsewhere) }
    sharedQueue.resume()
    let isBack = DispatchSemaphore(value: 0)
    queue.sync {
      loop.turnEnded = { [unowned loop] in
        if loop.engine.record(of: key)?.accepted != nil { isBack.signal() }
      }
    }
    sharedQueue.sync {}
    queue.sync { loop.changeShare(share) }
    #expect(isBack.wait(timeout: .now() + 60) == .success)
    queue.sync { loop.turnEnded = nil }
  }
}
