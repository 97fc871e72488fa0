import COpenSSL
import Glibc
import RotationEngine
import SecretMemory

/// The X.509 certificates in a PEM text, alone or beside their private key.
enum Certificates {
  /// The earliest notAfter of all certificates.
  ///
  /// Throws `.malformed` where there is no certificate, or a block is broken; the message names no source.
  static func earliestExpiration(in text: SecretBytes) throws(SourceFailure) -> WallTime {
    defer { ERR_clear_error() }
    return try text.withUnsafeBytes { (bytes) throws(SourceFailure) in
      // The BIO reads the lent bytes in place, and is freed before they are given back.
      guard let input = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else {
        throw SourceFailure(.unreadable, "libcrypto has no memory to read the certificate")
      }
      defer { BIO_free(input) }
      var earliest: WallTime?
      while let expiration = try nextExpiration(in: input) {
        earliest = min(earliest ?? expiration, expiration)
      }
      guard let earliest else {
        throw SourceFailure(.malformed, "holds no certificate in PEM form")
      }
      return earliest
    }
  }

  private static func nextExpiration(in input: OpaquePointer) throws(SourceFailure) -> WallTime? {
    while true {
      var name: UnsafeMutablePointer<CChar>?
      var header: UnsafeMutablePointer<CChar>?
      var data: UnsafeMutablePointer<UInt8>?
      var count = 0
      ERR_clear_error()
      // SECURE: every buffer a block passes through (a private key's too) is wiped when it is freed.
      let flags = UInt32(PEM_FLAG_SECURE | PEM_FLAG_EAY_COMPATIBLE)
      guard PEM_read_bio_ex(input, &name, &header, &data, &count, flags) == 1 else {
        guard isEndOfText(ERR_peek_last_error()) else { throw broken }
        return nil
      }
      defer {
        CRYPTO_secure_free(name, #file, #line)
        CRYPTO_secure_free(header, #file, #line)
        CRYPTO_secure_clear_free(data, count, #file, #line)
      }
      if let name, labels.contains(String(cString: name)) {
        return try notAfter(UnsafePointer(data), count)
      }
    }
  }

  private static func notAfter(
    _ data: UnsafePointer<UInt8>?, _ count: Int
  ) throws(SourceFailure) -> WallTime {
    var next = data
    guard let certificate = d2i_X509(nil, &next, count) else { throw broken }
    defer { X509_free(certificate) }
    var time = tm()
    guard ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) == 1 else { throw broken }
    return WallTime(millisecondsSinceEpoch: Int64(timegm(&time)) * 1000)
  }

  private static func isEndOfText(_ error: UInt) -> Bool {
    ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE
  }

  private static let labels: Set<String> = [
    "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE",
  ]

  private static let broken = SourceFailure(.malformed, "holds a broken PEM block")
}
