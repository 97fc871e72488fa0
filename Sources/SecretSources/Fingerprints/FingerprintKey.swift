import COpenSSL
import Glibc
import RotationEngine
import SecretMemory

/// The key of all fingerprints of one state directory.
///
/// Without it nobody can try guessed values against a stored fingerprint.
package struct FingerprintKey: Sendable {
  /// The number of bytes of a key.
  package static let byteCount = 32

  /// The key itself, for the state directory to keep.
  package let bytes: SecretBytes

  /// Makes a key of exactly 32 bytes, else nil.
  package init?(bytes: SecretBytes) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// Draws a new key from the kernel; nil where it gives no random bytes.
  package static func generate() -> FingerprintKey? {
    var isDrawn = false
    let bytes = SecretBytes(count: byteCount) { bytes in
      if let start = bytes.baseAddress { isDrawn = getentropy(start, bytes.count) == 0 }
    }
    return isDrawn ? FingerprintKey(bytes: bytes) : nil
  }

  /// What a fingerprint is of, so that equal bytes of different meaning differ.
  enum Domain: String {
    case credential = "dx-rotated credential 1"
    case apiKey = "dx-rotated api key 1"
  }

  /// HMAC-SHA-256 over the domain and all pairs in the order of their keys, each part behind its length.
  ///
  /// Throws `.unreadable` where libcrypto fails.
  func fingerprint(
    of domain: Domain, _ secrets: [(key: String, value: SecretBytes)]
  ) throws(SourceFailure) -> Fingerprint {
    let sorted = secrets.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    guard let code = MessageCode(key: bytes) else { throw Self.failure }
    code.update(Array(domain.rawValue.utf8))
    code.update(UInt64(sorted.count))
    for secret in sorted {
      code.update(Array(secret.key.utf8))
      code.update(UInt64(secret.value.count))
      secret.value.withUnsafeBytes { code.update(bytes: $0) }
    }
    guard let fingerprint = code.fingerprint() else { throw Self.failure }
    return fingerprint
  }

  static let failure = SourceFailure(
    .unreadable, "libcrypto did not compute a fingerprint; is HMAC with SHA-256 switched off?")
}

/// One HMAC-SHA-256 under way in libcrypto.
final class MessageCode {
  private let context: OpaquePointer
  private var isGood = true

  init?(key: SecretBytes) {
    guard let algorithm = EVP_MAC_fetch(nil, "HMAC", nil) else { return nil }
    defer { EVP_MAC_free(algorithm) }
    guard let context = EVP_MAC_CTX_new(algorithm) else { return nil }
    self.context = context
    // A parameter points at its name and its value: both have to live until it was used.
    let isReady = OSSL_MAC_PARAM_DIGEST.withCString { name in
      "SHA256".withCString { digest in
        var parameters = [
          OSSL_PARAM_construct_utf8_string(name, UnsafeMutablePointer(mutating: digest), 0),
          OSSL_PARAM_construct_end(),
        ]
        return key.withUnsafeBytes {
          EVP_MAC_init(context, $0.bindMemory(to: UInt8.self).baseAddress, $0.count, &parameters)
        }
      }
    }
    guard isReady == 1 else { return nil }
  }

  deinit { EVP_MAC_CTX_free(context) }

  /// Adds a text behind its length.
  func update(_ text: [UInt8]) {
    update(UInt64(text.count))
    text.withUnsafeBytes { update(bytes: $0) }
  }

  /// Adds a number, as eight bytes in network order.
  func update(_ number: UInt64) {
    withUnsafeBytes(of: number.bigEndian) { update(bytes: $0) }
  }

  func update(bytes: UnsafeRawBufferPointer) {
    let start = bytes.bindMemory(to: UInt8.self).baseAddress
    isGood = EVP_MAC_update(context, start, bytes.count) == 1 && isGood
  }

  func fingerprint() -> Fingerprint? {
    var code = [UInt8](repeating: 0, count: Fingerprint.byteCount)
    let isWhole = code.withUnsafeMutableBytes { finish(in: $0) }
    return isWhole ? Fingerprint(bytes: code) : nil
  }

  /// Writes the code where it fits exactly; false where libcrypto fails.
  func finish(in bytes: UnsafeMutableRawBufferPointer) -> Bool {
    var count = 0
    let start = bytes.bindMemory(to: UInt8.self).baseAddress
    return isGood && EVP_MAC_final(context, start, &count, bytes.count) == 1
      && count == bytes.count
  }
}
