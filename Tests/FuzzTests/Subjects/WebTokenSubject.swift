import RotationEngine
import SecretMemory

@testable import SecretSources

/// A JSON Web Token, of which the expiration is read.
enum WebTokenSubject {
  static func take(_ input: [UInt8]) throws(Finding) {
    let expiration: WallTime?
    do throws(SourceFailure) {
      expiration = try JSONWebToken.expiration(of: SecretBytes(copying: input))
    } catch {
      return try requireOneLine(error.message)
    }
    guard let milliseconds = expiration?.millisecondsSinceEpoch else { return }
    try require(
      (0...253_402_300_799_000).contains(milliseconds), "a date out of range: \(milliseconds)")
  }
}
