import Foundation

/// A child process with its output in pipes, killed at the latest when nobody holds it any more.
///
/// Not Foundation's `Process`: its children inherit the signals that Dispatch's threads block, and descriptors of tests
/// that run at the same time.
final class ChildProcess: @unchecked Sendable {
  // All state is guarded by `changed`; that is why @unchecked holds.

  /// How a process ended.
  enum Ending: Equatable {
    case exited(Int32)
    case killed(by: Int32)
  }

  let identifier: pid_t
  let output: LineStream
  let errors: LineStream
  private let changed = NSCondition()
  private var ending: Ending?
  /// Held while pipes are made that no other child may inherit.
  private static let spawning = NSLock()

  init(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws {
    Self.spawning.lock()
    defer { Self.spawning.unlock() }
    let output = try Self.pipe()
    let errors = try Self.pipe()
    defer {
      close(output.write)
      close(errors.write)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output.write, 1)
    posix_spawn_file_actions_adddup2(&actions, errors.write, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    var variables =
      environment.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given }
      .map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in words + variables { free(word) } }
    var identifier: pid_t = 0
    let result = posix_spawn(&identifier, program, &actions, &attributes, &words, &variables)
    guard result == 0 else {
      close(output.read)
      close(errors.read)
      throw Failure("\(program) cannot be started: \(String(cString: strerror(result)))")
    }
    self.identifier = identifier
    self.output = LineStream(output.read)
    self.errors = LineStream(errors.read)
    Reaper(identifier: identifier).reap { [weak self] in self?.ended($0) }
  }

  deinit {
    if ending == nil { kill(identifier, SIGKILL) }
  }

  private static func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { throw Failure("pipe: errno \(errno)") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private func ended(_ ending: Ending) {
    changed.withLock {
      self.ending = ending
      changed.broadcast()
    }
  }

  /// Sends a signal, if it still runs.
  func signal(_ number: Int32) {
    changed.withLock {
      if ending == nil { kill(identifier, number) }
    }
  }

  /// Waits for its end.
  func wait() throws -> Ending {
    let deadline = Date(timeIntervalSinceNow: patience)
    changed.lock()
    defer { changed.unlock() }
    while true {
      if let ending { return ending }
      guard changed.wait(until: deadline) else {
        throw Failure(
          "the process does not end. It wrote:\n" + errors.present.joined(separator: "\n"))
      }
    }
  }
}

/// Waits for the end of a child on a thread of its own, so that none stays a zombie.
private struct Reaper {
  let identifier: pid_t

  func reap(_ told: @escaping @Sendable (ChildProcess.Ending) -> Void) {
    Thread.detachNewThread {
      var status: Int32 = 0
      while waitpid(identifier, &status, 0) < 0 && errno == EINTR {}
      let signal = status & 0x7F
      told(signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(by: signal))
    }
  }
}
