import Glibc

/// The end of the time that output may take.
struct Deadline {
  private let end: Int64

  /// A deadline this far from now.
  init(milliseconds: Int64) {
    end = MonotonicClock.microseconds / 1000 + milliseconds
  }

  private var remaining: Int64 { max(0, end - MonotonicClock.microseconds / 1000) }

  /// Whether the time is over.
  var hasPassed: Bool { remaining == 0 }

  /// Waits until `descriptor` takes bytes: false at the deadline, and at once where the other end is gone.
  func waitsUntilWritable(_ descriptor: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    while true {
      let ready = poll(&entry, 1, Int32(clamping: remaining))
      if ready < 0, errno == EINTR { continue }
      // POLLERR, POLLHUP or POLLNVAL beside it: a write would fail, or raise SIGPIPE.
      return ready == 1 && entry.revents == Int16(POLLOUT)
    }
  }
}

/// The clock that systemd compares `MONOTONIC_USEC=` with.
enum MonotonicClock {
  /// Microseconds of CLOCK_MONOTONIC.
  static var microseconds: Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
  }
}

/// How long output waits for a slow reader: a second, but not at all for one that did not come in the last one.
///
/// So a reader that hangs costs the loop one second, not one for each message.
struct Patience {
  private var isExhausted = false

  /// Runs `write`, which says whether it was done by the deadline.
  mutating func attempt(_ write: (Deadline) -> Bool) -> Bool {
    let isDone = write(Deadline(milliseconds: isExhausted ? 0 : 1000))
    isExhausted = !isDone
    return isDone
  }
}
