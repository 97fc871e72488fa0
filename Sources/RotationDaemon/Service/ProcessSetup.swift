import CLinux
import Glibc

/// What every process of the program does before it holds a secret.
package enum ProcessSetup {
  /// No core dump, no backtrace, no SIGPIPE, one heap.
  package static func prepare() {
    // The limit alone does not stop a core that is piped to a program (core(5)); not being dumpable does.
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    _ = clinux_forbid_core_dumps()
    // The Swift runtime's backtrace prints memory, and survives the SIGABRT of systemd's watchdog.
    for number in [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] {
      signal(number, SIG_DFL)
    }
    signal(SIGPIPE, SIG_IGN)
    // Whoever started us may ignore it, and then nobody would learn how an alert command ended.
    signal(SIGCHLD, SIG_DFL)
    // Reader threads come and go: arenas of their own would keep what they freed.
    _ = clinux_use_one_heap()
    umask(0o077)
  }

  /// Lets go of the pages of the program itself; those that are used again come back from the page cache.
  ///
  /// Most of it serves starting and sending, and an idle daemon has no use for it in its memory.
  static func giveBackProgram() { _ = clinux_give_back_program() }
}
