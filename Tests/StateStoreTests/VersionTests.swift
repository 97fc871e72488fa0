import Foundation
import RotationEngine
import Testing

@testable import StateStore

@Suite struct VersionTests {
  private let present = Schema.current.version
  private let next = Schema(
    steps: Schema.current.steps + [
      "ALTER TABLE credential ADD COLUMN owner TEXT; CREATE TABLE later (number INTEGER) STRICT"
    ])
  private let broken = Schema(
    steps: Schema.current.steps + ["ALTER TABLE credential ADD COLUMN owner TEXT; nonsense"])

  @Test func `a state of an older version is brought forward, whole`() throws {
    let place = try Place()
    try place.fill()
    let state = try place.open(schema: next)
    #expect(state.opening == .migrated(from: present))
    #expect(try state.records().map(\.accepted) == [Sample.accepted.accepted])
    #expect(try state.unfinishedAttempts().count == 1)
    #expect(try state.connection.number("PRAGMA user_version") == Int64(next.version))
  }

  @Test func `what the first version wrote is brought forward`() throws {
    let place = try Place()
    do {
      let first = try place.open(.command, schema: Schema(steps: [Schema.current.steps[0]]))
      try first.connection.execute(
        """
        INSERT INTO credential (instance, connection_id, id, name, sources_digest,
          accepted_fingerprint, accepted_at, accepted_origin, recent_sends,
          said_expiration_unknown, state, needs_attention, attempts)
        SELECT number, 123, 456, 'jira-cloud', 0, zeroblob(32), 0, 'pushed', '', 0, 'watching', 0, 0
        FROM instance
        """)
    }
    let state = try place.open()
    #expect(state.opening == .migrated(from: 1))
    #expect(try state.records().map(\.accepted?.isInDoubt) == [false])
  }

  @Test func `a step that fails leaves the version before`() throws {
    let place = try Place()
    try place.fill()
    #expect(throws: StateError.self) { try place.open(schema: broken) }
    let state = try place.open()
    #expect(state.opening == .existing)
    #expect(try state.records().count == 1)
  }

  @Test func `it is not brought forward under others`() throws {
    let place = try Place()
    let command = try place.open(.command)
    #expect(throws: StateError.inUse(directory: place.state, process: nil)) {
      try place.open(schema: next)
    }
    withExtendedLifetime(command) {}
  }

  @Test func `a reader waits for the daemon to bring it forward`() throws {
    let place = try Place()
    try place.fill()
    #expect(throws: StateError.older(path: place.database, found: present, known: next.version)) {
      try place.open(.readOnly, schema: next)
    }
  }

  @Test(arguments: [SQLiteState.Access.daemon, .command, .readOnly])
  func `a state of a newer version is refused, and not a byte changed`(
    access: SQLiteState.Access
  ) throws {
    let place = try Place()
    _ = try place.open(schema: next)
    let before = try place.bytes(place.database)
    #expect(throws: StateError.newer(path: place.database, found: next.version, known: present)) {
      try place.open(access)
    }
    #expect(try place.bytes(place.database) == before)
    #expect(try !place.names().contains { $0.contains("corrupt") })
    #expect(try place.open(schema: next).opening == .existing)
  }

  @Test(arguments: [SQLiteState.Access.daemon, .command, .readOnly])
  func `so is one whose newer daemon was killed`(access: SQLiteState.Access) throws {
    let place = try Place()
    let living = try Place()
    let state = try living.open(schema: next)
    try state.save(Sample.accepted)
    try system("cp", ["-a", living.state, place.state])
    withExtendedLifetime(state) {}
    let files = [place.database, place.database + "-wal"]
    let before = try files.map(place.bytes)
    #expect(throws: StateError.newer(path: place.database, found: next.version, known: present)) {
      try place.open(access)
    }
    #expect(try files.map(place.bytes) == before)
    #expect(try place.open(schema: next).records().count == 1)
  }

  @Test func `this version's tables are the ones that were released`() {
    // A step that was released never changes: add another one instead.
    let hashes = Schema.current.steps.map { step in
      var hash = StableHash()
      hash.combine(step)
      return hash.value
    }
    #expect(
      hashes == [
        14_513_378_200_344_913_771, 152_244_447_251_570_747, 14_295_077_269_337_974_917,
        12_323_575_501_518_959_765, 15_380_162_724_044_006_781, 9_457_045_352_970_310_990,
      ])
  }
}
