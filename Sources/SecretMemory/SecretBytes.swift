import Glibc

/// Bytes that are wiped when the last reference to them goes.
///
/// The only place where a secret value lives in this process. It has no description that shows its content, so a
/// value cannot slip into a log line or an error by interpolation.
public final class SecretBytes: @unchecked Sendable {
  // Written only in init, before the object is shared; that is why @unchecked holds.
  private let storage: UnsafeMutableRawBufferPointer

  /// The number of bytes.
  public var count: Int { storage.count }

  /// Whether there is no byte at all.
  public var isEmpty: Bool { storage.isEmpty }

  /// Makes `count` bytes and lets `fill` write them.
  ///
  /// - Parameters:
  ///   - count: the number of bytes, 0 or more.
  ///   - fill: writes all of them; the pointer is valid only during the call.
  /// - Throws: what `fill` throws.
  public init<Failure>(
    count: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    storage = .allocate(byteCount: count, alignment: 1)
    storage.initializeMemory(as: UInt8.self, repeating: 0)
    try fill(storage)
  }

  /// Copies bytes that are somebody else's to wipe.
  public convenience init(copying bytes: some Collection<UInt8>) {
    self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
  }

  deinit {
    if let start = storage.baseAddress { explicit_bzero(start, storage.count) }
    storage.deallocate()
  }

  /// Lends the bytes for the time of a call.
  ///
  /// They never move: whoever must hand the address to C for longer keeps this object alive as long.
  public func withUnsafeBytes<Result, Failure>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(storage))
  }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The length only: never the content.
  public var description: String { "<\(count) secret bytes>" }

  /// The length only: never the content.
  public var debugDescription: String { description }

  /// Nothing: a dump shows no content.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
