import Foundation
import RotationEngine
import Testing

@testable import StateStore

/// Who may be at work in one state directory together.
@Suite struct SharingTests {
  @Test func `a second daemon is refused and told of the first`() throws {
    let place = try Place()
    var first: SQLiteState? = try place.open()
    let refusal = StateError.inUse(directory: place.state, process: getpid())
    #expect(throws: refusal) { try place.open() }
    #expect(refusal.description.contains("process \(getpid())"))
    #expect(try first?.records() == [])
    first = nil
    #expect(try place.open().opening == .existing)
  }

  @Test func `a daemon is seen from outside while it runs`() throws {
    let place = try Place()
    #expect(throws: StateError.absent(directory: place.state)) {
      try SQLiteState.daemon(of: place.state)
    }
    var state: SQLiteState? = try place.open(.command)
    #expect(try SQLiteState.daemon(of: place.state) == nil)
    state = try place.open()
    let daemon = try SQLiteState.daemon(of: place.state)
    #expect(daemon?.process == getpid())
    #expect(daemon?.since != nil)
    #expect(daemon?.nextWakeAt == nil)
    for milliseconds in [4_102_444_800_000, 1_000] as [Int64] {
      let time = WallTime(millisecondsSinceEpoch: milliseconds)
      state?.say(nextWake: time)
      #expect(
        try SQLiteState.daemon(of: place.state)
          == RunningDaemon(process: getpid(), since: daemon?.since, nextWakeAt: time))
    }
    state?.say(nextWake: nil)
    #expect(try SQLiteState.daemon(of: place.state) == daemon)
    withExtendedLifetime(state) {}
    state = nil
    #expect(try SQLiteState.daemon(of: place.state) == nil)
  }

  @Test func `a command works beside the daemon, but not on its credential`() throws {
    let place = try Place()
    let daemon = try place.open()
    let command = try place.open(.command)
    #expect(try daemon.claim(Sample.key))
    #expect(try !command.claim(Sample.key))
    try command.save(Sample.accepted)
    #expect(try daemon.records().count == 1)
    daemon.release(Sample.key)
    #expect(try command.claim(Sample.key))
    #expect(try !daemon.claim(Sample.key))
  }

  @Test func `claims end with a process that is killed`() throws {
    let place = try Place()
    try place.fill()
    // flock(1) cannot take these locks; a python can, and dies of SIGKILL.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      """
      import fcntl, os, struct, sys
      file = open(sys.argv[1], 'r+b')
      fcntl.fcntl(file, 37, struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 0, 0))
      os.write(1, b'+')
      sys.stdin.read()
      """, place.state + "/claims",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = Pipe()
    try process.run()
    #expect(output.fileHandleForReading.availableData == Data("+".utf8))
    let state = try place.open()
    #expect(try !state.claim(Sample.key))
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(try state.claim(Sample.key))
  }

  @Test func `two writers wait for each other's commit`() throws {
    let place = try Place()
    _ = try place.open()
    try concurrently(4) { writer in
      let state = try place.open(.command)
      for _ in 0..<50 {
        try state.transaction { () throws(StateError) in
          let key = CredentialKey(connection: Int64(writer), id: 1)
          let record = try state.record(for: key) ?? CredentialRecord(key: key, name: "n")
          try state.save(record)
          try state.count("saves", label: "", by: 1)
        }
      }
    }
    let state = try place.open()
    #expect(try state.totals() == [Total(name: "saves", label: "", value: 200)])
    #expect(try state.records().map(\.revision) == [50, 50, 50, 50])
  }

  @Test func `a reader sees whole transactions while the daemon writes`() throws {
    let place = try Place()
    let records = (1...50).map {
      CredentialRecord(key: CredentialKey(connection: 1, id: $0), name: "n")
    }
    let save = { @Sendable (state: SQLiteState) in
      try state.transaction { () throws(StateError) in
        for record in records { try state.save(record) }
      }
    }
    try save(place.open())
    try concurrently(2) { worker in
      if worker == 0 {
        let state = try place.open()
        for _ in 0..<100 { try save(state) }
      } else {
        for _ in 0..<100 {
          let revisions = try place.open(.readOnly).records().map(\.revision)
          #expect(revisions.count == 50)
          #expect(Set(revisions).count == 1)
        }
      }
    }
  }

  /// Runs a few bodies at once; throws what the first of them threw.
  private func concurrently(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    let failures = Failures()
    DispatchQueue.concurrentPerform(iterations: count) { index in
      do { try body(index) } catch { failures.add(error) }
    }
    if let failure = failures.first { throw failure }
  }

  private final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var errors: [any Error] = []

    func add(_ error: any Error) { lock.withLock { errors.append(error) } }

    var first: (any Error)? { lock.withLock { errors.first } }
  }
}
