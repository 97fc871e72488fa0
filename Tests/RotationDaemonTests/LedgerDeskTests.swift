import Dispatch
import Foundation
import RotationEngine
import StateStore
import Testing

@testable import RotationDaemon

/// Where a turn is written down: alone at once; in a cluster what is the node's own here, and what is the credentials' there.
@Suite struct LedgerDeskTests {
  private let own = try? Folder()
  private let far = try? Folder()
  private let queue = DispatchQueue(label: "loop")
  private let sharedQueue = DispatchQueue(label: "shared")
  private let key = CredentialKey(connection: 123, id: 456)

  private var record: CredentialRecord { CredentialRecord(key: key, name: "jira-cloud") }

  private func attempt() throws -> Attempt {
    Attempt(
      key: key, name: "jira-cloud",
      fingerprint: try #require(Fingerprint(bytes: [UInt8](repeating: 7, count: 32))),
      reason: .changed, ordinal: 1, at: WallTime(millisecondsSinceEpoch: 1_795_435_200_000))
  }

  private func alone(_ state: SQLiteState) -> LedgerDesk {
    LedgerDesk(state: state, clock: SystemClock(), queue: queue)
  }

  private func sharing(_ state: SQLiteState, _ shared: SQLiteState) -> LedgerDesk {
    LedgerDesk(
      state: state, clock: SystemClock(),
      shared: LedgerDesk.Shared(
        ledger: AttemptLedger(state: shared) { .present }, queue: sharedQueue),
      queue: queue)
  }

  /// Writes a turn down, and waits until it is.
  private func commit(_ desk: LedgerDesk, _ effects: [Effect]) throws -> AttemptLedger.Entry {
    let ended = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var written: AttemptLedger.Entry?
    queue.sync {
      desk.commit(effects, alerts: nil) { entry in
        written = entry
        ended.signal()
      }
    }
    ended.wait()
    return try #require(queue.sync { written })
  }

  @Test func `alone it is written before anything else goes on`() throws {
    let state = try #require(own).open()
    let desk = alone(state)
    var entry: AttemptLedger.Entry?
    try desk.commit(
      [.save(record), .saveInstance(InstanceRecord()), .send(attempt())], alerts: nil
    ) {
      entry = $0
    }
    #expect(entry?.recorded.count == 1)
    #expect(!desk.isWriting && desk.isWritten && desk.failure == nil)
    #expect(try state.records().map(\.key) == [key])
    #expect(try state.unfinishedAttempts().count == 1)
  }

  @Test func `in a cluster the credentials' is written there, the node's own here`() throws {
    let (here, there) = (try #require(own).open(), try #require(far).open())
    let desk = sharing(here, there)
    var instance = InstanceRecord()
    instance.unreachableSince = WallTime(millisecondsSinceEpoch: 1)
    let entry = try commit(desk, [.save(record), .saveInstance(instance), .send(attempt())])
    #expect(entry.recorded.count == 1)
    #expect(try commit(desk, [.finish(key, .accepted)]).declined.isEmpty)
    #expect(try here.instance() == instance)
    #expect(try here.records() == [] && here.history(keys: nil, limit: nil) == [])
    #expect(try there.instance() == InstanceRecord())
    #expect(try there.records().map(\.key) == [key])
    #expect(try there.history(keys: nil, limit: nil).map(\.outcome) == [.accepted])
    // The figures are the node's own.
    #expect(try here.totals().map(\.value) == [1])
  }

  @Test func `one turn is written at a time, and told on the loop's queue`() throws {
    let (here, there) = (try #require(own).open(), try #require(far).open())
    let desk = sharing(here, there)
    sharedQueue.suspend()
    let ended = DispatchSemaphore(value: 0)
    queue.sync {
      desk.commit([.save(record)], alerts: nil) { [queue] _ in
        dispatchPrecondition(condition: .onQueue(queue))
        ended.signal()
      }
      #expect(desk.isWriting)
    }
    #expect(try there.records() == [])
    sharedQueue.resume()
    ended.wait()
    #expect(queue.sync { !desk.isWriting && desk.isWritten })
    #expect(try there.records().map(\.key) == [key])
  }

  @Test func `what cannot be written there is kept, and nothing is sent meanwhile`() throws {
    let place = try #require(far)
    let (here, there) = (try #require(own).open(), try place.open())
    let desk = sharing(here, there)
    try place.takeAway()
    let entry = try commit(desk, [.save(record), .send(attempt())])
    #expect(entry.recorded.isEmpty)
    #expect(entry.declined.map(\.0) == [key])
    #expect(queue.sync { !desk.isWritten && desk.failure != nil })
    try place.putBack()
    _ = try commit(desk, [])
    #expect(queue.sync { desk.isWritten && desk.failure == nil })
    #expect(try there.records().map(\.key) == [key])
  }

  @Test func `what another node works on already is forgotten`() throws {
    let place = try #require(far)
    let (here, there) = (try #require(own).open(), try place.open())
    let desk = sharing(here, there)
    let other = CredentialRecord(key: CredentialKey(connection: 1, id: 2), name: "other")
    try place.takeAway()
    _ = try commit(desk, [.save(record), .save(other)])
    queue.sync { desk.forget([key]) }
    try place.putBack()
    _ = try commit(desk, [])
    #expect(try there.records().map(\.key) == [other.key])
  }
}

/// A state directory of a test's own.
private final class Folder: Sendable {
  private let path: String

  init() throws {
    path = NSTemporaryDirectory() + "dx-rotated-desk-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func open() throws -> SQLiteState {
    try SQLiteState(directory: path, instance: "https://acme.getdx.net", access: .command)
  }

  /// As if another file system covered it.
  func takeAway() throws {
    try FileManager.default.moveItem(atPath: path + "/state.db", toPath: path + "/away")
  }

  func putBack() throws {
    try FileManager.default.moveItem(atPath: path + "/away", toPath: path + "/state.db")
  }
}
