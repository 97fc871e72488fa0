import Glibc
import SecretMemory

/// The environment as the process got it.
///
/// It is frozen when the process starts, so it is captured once; each value is held as a secret.
package struct ProcessEnvironment: Sendable {
  private let values: [String: SecretBytes]

  /// Makes an environment of these variables.
  package init(_ values: [String: SecretBytes] = [:]) {
    self.values = values
  }

  /// The environment of this process.
  package static func captured() -> ProcessEnvironment {
    var values: [String: SecretBytes] = [:]
    var next = environ
    while let entry = next.pointee {
      let bytes = UnsafeRawBufferPointer(start: entry, count: strlen(entry))
      if let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
        let name = String(decoding: bytes[..<equals], as: UTF8.self)
        // As getenv(3): of a name that is there twice, the first counts.
        if values[name] == nil { values[name] = SecretBytes(copying: bytes[(equals + 1)...]) }
      }
      next += 1
    }
    return ProcessEnvironment(values)
  }

  subscript(name: String) -> SecretBytes? { values[name] }
}
