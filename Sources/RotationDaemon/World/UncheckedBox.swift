/// Carries a closure of the loop's queue past a reader's thread, which only hands it back to that queue.
struct UncheckedBox<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}
