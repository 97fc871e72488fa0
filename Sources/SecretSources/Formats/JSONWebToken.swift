import RotationEngine
import SecretMemory

/// What may be read out of a JSON Web Token (RFC 7519) without its key: when it expires.
enum JSONWebToken {
  // 9999-12-31T23:59:59Z: what lies beyond was not meant in seconds.
  private static let lastSecond = 253_402_300_799.0

  /// The `exp` claim, or nil where the token has none.
  ///
  /// Throws `.malformed` where the text is no signed token, or its `exp` no date; the message names no source.
  static func expiration(of token: SecretBytes) throws(SourceFailure) -> WallTime? {
    let payload = try token.withUnsafeBytes { (bytes) throws(SourceFailure) in
      let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      guard parts.count == 3, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw notAToken("it must have three parts with dots between them")
      }
      for part in parts where !part.allSatisfy({ Base64URL.value(of: $0) != nil }) {
        throw notAToken("a part of it is not base64url")
      }
      guard let payload = Base64URL.decoded(parts[1]) else {
        throw notAToken("its second part is not base64url")
      }
      return payload
    }
    return try payload.withUnsafeBytes { (bytes) throws(SourceFailure) in
      let pointer = try JSONPointer("/exp")
      let finding: JSONFinding
      do throws(SourceFailure) {
        finding = try JSONScanner.find(pointer, in: bytes)
      } catch {
        throw notAToken("its second part \(error.message)")
      }
      switch finding {
      case .number(let range):
        return try time(String(decoding: bytes[range], as: UTF8.self))
      case .nothing:
        guard bytes.first(where: { !" \t\r\n".utf8.contains($0) }) == UInt8(ascii: "{") else {
          throw notAToken("its second part is not a JSON object")
        }
        return nil
      case .object, .array, .boolean, .null, .string:
        throw notADate
      }
    }
  }

  private static func time(_ text: String) throws(SourceFailure) -> WallTime {
    guard let seconds = Double(text), (0...lastSecond).contains(seconds) else { throw notADate }
    return WallTime(millisecondsSinceEpoch: Int64(seconds * 1000))
  }

  private static let notADate = SourceFailure(
    .malformed, "the exp claim of the JSON Web Token is not a time in seconds since 1970")

  private static func notAToken(_ reason: String) -> SourceFailure {
    SourceFailure(.malformed, "is not a JSON Web Token: \(reason)")
  }
}
