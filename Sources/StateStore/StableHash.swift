import RotationEngine

/// FNV-1a, 64 bits: a hash that is the same in every process and every version of the program.
///
/// Not for secrets.
package struct StableHash {
  /// The hash of what was combined so far.
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// Makes the hash of nothing.
  package init() {}

  mutating func combine(byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }

  package mutating func combine(_ number: Int64?) {
    combine(byte: number == nil ? 0 : 1)
    let bits = UInt64(bitPattern: number ?? 0)
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      combine(byte: UInt8(truncatingIfNeeded: bits >> shift))
    }
  }

  mutating func combine(_ time: WallTime?) {
    combine(time?.millisecondsSinceEpoch)
  }

  /// The end is marked, so that neighbouring texts cannot trade bytes.
  package mutating func combine(_ text: String) {
    for byte in text.utf8 { combine(byte: byte) }
    combine(byte: 0xff)
  }
}
