/// A keyed hash (HMAC-SHA-256) of all values of a credential together: it tells whether they differ, and nothing else.
public struct Fingerprint: Hashable, Sendable {
  // Four words in line rather than an array: a fingerprint costs no allocation.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// The number of bytes of a fingerprint.
  public static let byteCount = 32

  /// Makes a fingerprint of exactly 32 bytes, else nil.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    var parts: [UInt64] = [0, 0, 0, 0]
    for (index, byte) in bytes.enumerated() {
      parts[index / 8] = parts[index / 8] << 8 | UInt64(byte)
    }
    words = (parts[0], parts[1], parts[2], parts[3])
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    [words.0, words.1, words.2, words.3].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
    }
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
