import RotationEngine
import SecretMemory

@testable import SecretSources

/// A PEM text, of which the earliest expiration is read.
enum CertificateSubject {
  static func take(_ input: [UInt8]) throws(Finding) {
    let first = try outcome(input)
    // Its buffers are wiped and freed: a second reading must find the same.
    try require(try outcome(input) == first, "read twice, it differs")
  }

  private static func outcome(_ input: [UInt8]) throws(Finding) -> String {
    do throws(SourceFailure) {
      return try Certificates.earliestExpiration(in: SecretBytes(copying: input)).description
    } catch {
      try requireOneLine(error.message)
      return error.message
    }
  }
}
