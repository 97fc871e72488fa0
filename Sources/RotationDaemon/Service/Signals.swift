import Glibc

/// The signals of a service, waited for on the main thread.
///
/// Dispatch's signal sources are installed asynchronously and lose signals that come early: blocked before any thread
/// starts and taken by sigwait(3), none is lost.
package struct Signals {
  /// What a signal asks for.
  package enum Request: Sendable {
    /// SIGTERM, SIGINT.
    case stop
    /// SIGHUP.
    case reload
    /// The service has ended by itself.
    case ended
  }

  private var set = sigset_t()

  /// Blocks the signals; to be called before any thread starts.
  package init() {
    sigemptyset(&set)
    for number in [SIGTERM, SIGINT, SIGHUP, SIGUSR1] { sigaddset(&set, number) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Waits for the next one.
  package mutating func next() -> Request {
    while true {
      var number: Int32 = 0
      guard sigwait(&set, &number) == 0 else { continue }
      switch number {
      case SIGHUP: return .reload
      case SIGUSR1: return .ended
      default: return .stop
      }
    }
  }

  /// Ends the wait for the next one, from another thread.
  package static func end() { kill(getpid(), SIGUSR1) }
}
