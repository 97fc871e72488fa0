import Foundation

/// A process that dies with this one.
enum EtcdProcess {
  /// Starts it and waits for its end, both on a thread of its own: the kernel kills it when that thread ends.
  static func start(
    _ arguments: [String], log: String, ended: @escaping @Sendable (pid_t) -> Void
  ) throws -> pid_t {
    let started = Started()
    Thread.detachNewThread {
      var process: pid_t = 0
      let result = spawn(["bash", "-c", shell, "etcd"] + arguments, log, &process)
      started.tell(result, process)
      guard result == 0 else { return }
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0 && errno == EINTR {}
      ended(process)
    }
    return try started.wait()
  }

  /// Runs a program to its end.
  static func run(_ arguments: [String], log: String) throws {
    var process: pid_t = 0
    var status: Int32 = -1
    guard spawn(["bash", "-c", shell, "run"] + arguments, log, &process) == 0 else {
      throw FixtureFailure("\(arguments) cannot be started")
    }
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    guard status == 0 else {
      let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
      throw FixtureFailure("\(arguments) failed:\n\(text.suffix(1_000))")
    }
  }

  /// Closes what it would inherit of tests that run at the same time, then becomes the program.
  private static let shell = """
    for path in /proc/self/fd/*; do
      descriptor=${path##*/}
      [ "$descriptor" -le 2 ] || eval "exec $descriptor>&-"
    done
    exec setpriv --pdeathsig KILL "$@"
    """

  private static func spawn(_ arguments: [String], _ log: String, _ process: inout pid_t) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    // Debian's etcd wants to be told that it may run on arm64.
    let environment = ["PATH=/usr/bin:/bin", "ETCD_UNSUPPORTED_ARCH=arm64"]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { for word in words + variables { free(word) } }
    return posix_spawn(&process, "/bin/bash", &actions, &attributes, &words, &variables)
  }
}

private final class Started: @unchecked Sendable {
  // The semaphore orders the write before the read.
  private let semaphore = DispatchSemaphore(value: 0)
  private var result: Int32 = 0
  private var process: pid_t = 0

  func tell(_ result: Int32, _ process: pid_t) {
    self.result = result
    self.process = process
    semaphore.signal()
  }

  func wait() throws -> pid_t {
    semaphore.wait()
    guard result == 0 else {
      throw FixtureFailure("etcd cannot be started: \(String(cString: strerror(result)))")
    }
    return process
  }
}
