import Glibc

/// The watchdog that the service manager keeps over this process: sd_watchdog_enabled(3).
package enum Watchdog {
  /// Milliseconds between two signs of life: half of `$WATCHDOG_USEC`, and never 0.
  ///
  /// Nil where no watchdog is set, or `$WATCHDOG_PID` says that it watches another process.
  package static func interval(
    environment: (String) -> String? = ProcessEnvironment.value, processID: Int32 = getpid()
  ) -> Int64? {
    if let watched = environment("WATCHDOG_PID"), Int32(watched) != processID { return nil }
    guard let period = environment("WATCHDOG_USEC").flatMap(Int64.init), period > 0 else {
      return nil
    }
    return max(1, period / 2000)
  }
}
