import Glibc

/// A value that several threads share, one at a time (pthread_mutex_lock(3)).
///
/// `Synchronization.Mutex` would do, but for the thread sanitizer, which takes its use for a race.
final class Guarded<Value>: @unchecked Sendable {
  // Touched only while the mutex is held; that is why @unchecked holds.
  private var value: Value
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>

  init(_ value: Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Lends the value; `body` must not call back here.
  func with<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(&value)
  }
}
