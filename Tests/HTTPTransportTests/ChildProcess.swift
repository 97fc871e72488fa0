import Glibc

/// A command with its standard output in a pipe.
///
/// Not Foundation's `Process`: its children inherit descriptors of tests that run at the same time, so that nobody
/// notices when something is closed.
final class ChildProcess: Sendable {
  struct Failed: Error {
    let command: [String]
  }

  private let identifier: pid_t
  private let output: Int32

  init(_ command: [String]) throws {
    var pipe: [Int32] = [-1, -1]
    guard Glibc.pipe(&pipe) == 0 else { throw Failed(command: command) }
    defer { close(pipe[1]) }
    for descriptor in pipe { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, pipe[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var arguments = command.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    var identifier: pid_t = 0
    guard posix_spawn(&identifier, command[0], &actions, nil, &arguments, environ) == 0 else {
      close(pipe[0])
      throw Failed(command: command)
    }
    self.identifier = identifier
    output = pipe[0]
  }

  deinit { close(output) }

  /// The next lines of output until one begins so, which is returned; nil at the end.
  func line(beginning start: String) -> String? {
    var line = ""
    var byte: UInt8 = 0
    while read(output, &byte, 1) == 1 {
      guard byte == UInt8(ascii: "\n") else {
        line.unicodeScalars.append(Unicode.Scalar(byte))
        continue
      }
      if line.hasPrefix(start) { return line }
      line = ""
    }
    return nil
  }

  /// Waits for its end; true if it exited with 0.
  @discardableResult
  func wait() -> Bool {
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) < 0 && errno == EINTR {}
    return status == 0
  }

  func terminate() {
    // Not SIGTERM: threads of Dispatch's pool block it, and a child inherits that.
    kill(identifier, SIGKILL)
    wait()
  }
}
