import Foundation

/// A value behind a lock, which threads can watch until it is as they want it.
final class Monitor<Value: Sendable>: @unchecked Sendable {
  // Sendable by hand: `value` is touched only while `condition` is locked.
  private let condition = NSCondition()
  private var value: Value

  init(_ value: Value) {
    self.value = value
  }

  /// Reads or changes the value, and wakes those who watch it.
  func with<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    condition.lock()
    defer {
      condition.broadcast()
      condition.unlock()
    }
    return try body(&value)
  }

  /// Waits until the condition holds.
  func wait(for isMet: (Value) -> Bool) {
    condition.lock()
    defer { condition.unlock() }
    while !isMet(value) { condition.wait() }
  }

  /// Waits until the condition holds, or the deadline has passed.
  func wait(until deadline: Date, for isMet: (Value) -> Bool) {
    condition.lock()
    defer { condition.unlock() }
    while !isMet(value), condition.wait(until: deadline) {}
  }
}
