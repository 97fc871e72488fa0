import CLinux
import Glibc

/// A program that was started in a process group of its own, without a shell.
///
/// It inherits no descriptor, no signal mask and no environment of the service. Its stdin is a file with all of the
/// input, so that one which does not read it blocks nobody. Whoever starts it must `reap` it, and close both
/// descriptors.
struct ChildProcess {
  /// Its number, and its group's.
  let id: pid_t
  /// Readable once it has ended (pidfd_open(2)).
  let descriptor: Int32
  /// The reading end of its stderr; does not block.
  let standardError: Int32

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - argv: the program's absolute path, and its arguments.
  ///   - environment: as `NAME=VALUE`.
  ///   - input: what it reads from stdin.
  /// - Returns: the program, running.
  /// - Throws: why it was not started.
  static func start(
    _ argv: [String], environment: [String], input: [UInt8]
  ) throws(DeliveryFailure) -> ChildProcess {
    guard !argv.isEmpty else { throw DeliveryFailure("it names no program") }
    let stdin = try file(with: input)
    defer { close(stdin) }
    var pipe: [Int32] = [-1, -1]
    guard pipe2(&pipe, O_CLOEXEC) == 0 else { throw failure("no pipe for it", errno) }
    _ = fcntl(pipe[0], F_SETFL, O_NONBLOCK)
    let (code, process) = spawn(argv, environment, stdin: stdin, stderr: pipe[1])
    close(pipe[1])
    guard code == 0 else {
      close(pipe[0])
      throw failure("\(argv[0]) cannot be started", code)
    }
    let descriptor = clinux_process_descriptor(process)
    guard descriptor >= 0 else {
      let code = errno
      kill(-process, SIGKILL)
      waitpid(process, nil, 0)
      close(pipe[0])
      throw failure("its end cannot be watched", code)
    }
    return ChildProcess(id: process, descriptor: descriptor, standardError: pipe[0])
  }

  /// Signals all of its group, while it is not reaped.
  func signalGroup(_ number: Int32) { kill(-id, number) }

  /// How it ended, once `descriptor` says that it has.
  ///
  /// What it left running in its group is ended first: until it is reaped, no other group can have its number.
  func reap() -> Ending {
    signalGroup(SIGKILL)
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    let signal = clinux_end_signal(status)
    return signal == 0 ? .exited(clinux_exit_code(status)) : .signalled(signal)
  }

  /// How a program ended.
  enum Ending: Hashable {
    case exited(Int32)
    case signalled(Int32)
  }

  private static func file(with bytes: [UInt8]) throws(DeliveryFailure) -> Int32 {
    let file = clinux_anonymous_file("alert")
    guard file >= 0 else { throw failure("no memory for its input", errno) }
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      guard count > 0 else {
        let code = errno
        close(file)
        throw failure("no memory for its input", code)
      }
      start += count
    }
    lseek(file, 0, SEEK_SET)
    return file
  }

  private static func spawn(
    _ argv: [String], _ environment: [String], stdin: Int32, stderr: Int32
  ) -> (code: Int32, process: pid_t) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, stdin, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, stderr, STDERR_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    clinux_close_from(&actions, STDERR_FILENO + 1)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var process: pid_t = 0
    // The copies belong to this call, which ends once the program has its own.
    let arguments = argv.map { strdup($0) } + [nil]
    let variables = environment.map { strdup($0) } + [nil]
    defer { for copy in arguments + variables { free(copy) } }
    let code = posix_spawn(&process, argv[0], &actions, &attributes, arguments, variables)
    return (code, process)
  }

  private static func failure(_ what: String, _ code: Int32) -> DeliveryFailure {
    DeliveryFailure("\(what): \(strerror(code).map { String(cString: $0) } ?? "error \(code)")")
  }
}
