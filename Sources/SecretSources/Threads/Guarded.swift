import Glibc

/// A value that several threads share, one at a time (pthread_mutex_lock(3)).
///
/// `Synchronization.Mutex` would do, but for the thread sanitizer, which takes its use for a race.
final class Guarded<Value>: @unchecked Sendable {
  // Touched only while the mutex is held; that is why @unchecked holds.
  private var value: Value
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let news: UnsafeMutablePointer<pthread_cond_t>

  init(_ value: Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    news = .allocate(capacity: 1)
    news.initialize(to: pthread_cond_t())
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(news, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(news)
    news.deallocate()
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Lends the value; `body` must not call back here.
  func with<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(&value)
  }

  /// Wakes one thread that waits for news.
  func announceNews() { pthread_cond_signal(news) }

  /// Lends the value now and with all news until `body` returns something; for so many milliseconds at the most.
  func waitForNews<Result>(
    milliseconds: Int, _ body: (inout Value) -> Result?
  ) -> Result? {
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &end)
    let nanoseconds = end.tv_nsec + milliseconds * 1_000_000
    end.tv_sec += nanoseconds / 1_000_000_000
    end.tv_nsec = nanoseconds % 1_000_000_000
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&value) { return result }
      guard pthread_cond_timedwait(news, mutex, &end) == 0 else { return nil }
    }
  }
}
