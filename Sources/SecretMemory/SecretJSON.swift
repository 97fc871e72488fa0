/// Writes JSON (RFC 8259) straight into wiped memory.
///
/// An encoder of a library would leave copies of the secrets behind.
package struct SecretJSON {
  /// Where the text goes; nil while it is only measured.
  private let destination: UnsafeMutableRawBufferPointer?
  private(set) var count = 0

  fileprivate init(destination: UnsafeMutableRawBufferPointer?) {
    self.destination = destination
  }

  /// Writes text that is JSON already.
  package mutating func raw(_ text: String) {
    for byte in text.utf8 { put(byte) }
  }

  /// Writes a string, quoted and escaped.
  package mutating func string(_ text: String) {
    quoted(text.utf8)
  }

  /// Writes a string of UTF-8, quoted and escaped.
  package mutating func string(_ secret: SecretBytes) {
    secret.withUnsafeBytes { quoted($0) }
  }

  private mutating func quoted(_ bytes: some Sequence<UInt8>) {
    put(UInt8(ascii: "\""))
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        put(UInt8(ascii: "\\"))
        put(byte)
      case 0x00..<0x20:
        raw("\\u00")
        put(Self.hexDigit(byte >> 4))
        put(Self.hexDigit(byte & 0xF))
      default:
        put(byte)
      }
    }
    put(UInt8(ascii: "\""))
  }

  private mutating func put(_ byte: UInt8) {
    destination?[count] = byte
    count += 1
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}

extension SecretBytes {
  /// Makes a JSON text: `write` is called twice and must write the same both times, first to measure, then to fill.
  package convenience init(json write: (inout SecretJSON) -> Void) {
    var measuring = SecretJSON(destination: nil)
    write(&measuring)
    self.init(count: measuring.count) { memory in
      var filling = SecretJSON(destination: memory)
      write(&filling)
    }
  }
}
