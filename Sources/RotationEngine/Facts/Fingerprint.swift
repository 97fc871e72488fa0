/// A keyed hash (HMAC-SHA-256) of all values of a credential together: it tells whether they differ, and nothing else.
public struct Fingerprint: Hashable, Sendable {
  // Four words in line rather than an array: a fingerprint costs no allocation.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// The number of bytes of a fingerprint.
  public static let byteCount = 32

  /// Makes a fingerprint of exactly 32 bytes, else nil.
  public init?(bytes: some Collection<UInt8>) {
    // Thousands are read at a start: byte by byte through a generic collection they would be a tenth of its time.
    let direct = bytes.withContiguousStorageIfAvailable { Self(buffer: UnsafeRawBufferPointer($0)) }
    guard let made = direct ?? Array(bytes).withUnsafeBytes(Self.init(buffer:)) else { return nil }
    self = made
  }

  private init?(buffer: UnsafeRawBufferPointer) {
    guard buffer.count == Self.byteCount else { return nil }
    func word(_ index: Int) -> UInt64 {
      UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
    }
    words = (word(0), word(1), word(2), word(3))
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    let ordered = (
      words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian
    )
    return withUnsafeBytes(of: ordered) { [UInt8]($0) }
  }

  /// Equal bytes.
  public static func == (left: Fingerprint, right: Fingerprint) -> Bool {
    left.words == right.words
  }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }
}
