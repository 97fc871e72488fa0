import Glibc
import SecretMemory

/// Collects a secret byte by byte, in memory that is wiped when the builder goes.
struct SecretBuilder: ~Copyable {
  private let storage: UnsafeMutableRawBufferPointer

  /// The number of bytes so far.
  private(set) var count = 0

  /// Makes room for `capacity` bytes; more than these must not be appended.
  init(capacity: Int) {
    storage = .allocate(byteCount: capacity, alignment: 1)
    storage.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit {
    if let start = storage.baseAddress { explicit_bzero(start, storage.count) }
    storage.deallocate()
  }

  /// Adds a byte.
  mutating func append(_ byte: UInt8) {
    precondition(count < storage.count, "a builder of \(storage.count) bytes is full")
    storage[count] = byte
    count += 1
  }

  /// Forgets all bytes but the first `count`.
  mutating func truncate(to count: Int) {
    self.count = min(self.count, count)
  }

  /// Whether the bytes so far are these.
  func equals(_ bytes: some Sequence<UInt8>) -> Bool {
    storage.prefix(count).elementsEqual(bytes)
  }

  /// A copy of the bytes so far.
  func secret() -> SecretBytes {
    SecretBytes(copying: storage.prefix(count))
  }
}
