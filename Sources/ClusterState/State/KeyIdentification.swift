import COpenSSL
import SecretMemory

/// Tells whether two nodes have the same key, and nothing else of it: HMAC-SHA-256 of a fixed text.
package enum KeyIdentification {
  /// Nil where libcrypto fails.
  package static func bytes(of key: SecretBytes) -> [UInt8]? {
    let text = Array("dx-rotated cluster key 1".utf8)
    var code = [UInt8](repeating: 0, count: 32)
    var count = 0
    let result = key.withUnsafeBytes { key in
      EVP_Q_mac(
        nil, "HMAC", nil, "SHA256", nil, key.baseAddress, key.count, text, text.count, &code,
        code.count, &count)
    }
    return result != nil && count == code.count ? code : nil
  }

  /// As it is stored.
  static func value(_ identification: [UInt8]) -> [UInt8] {
    var value = StoredValue()
    value.add(identification)
    return value.bytes
  }
}
