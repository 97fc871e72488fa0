import Foundation
import Glibc

/// A reason for a connector to refuse an update: a secret whose value matches a pattern.
package struct VerificationRule: Sendable {
  /// The key of the secret; nil for any.
  package var secret: String?
  /// A glob over the value, as of fnmatch(3).
  package var pattern: String
  package var error: String
  package var status: Int
  package var displayMessage: String
  package var rawMessage: String?

  func matches(_ key: String, _ value: String) -> Bool {
    (secret == nil || secret == key) && fnmatch(pattern, value, 0) == 0
  }

  /// The refusal, with `{secret}` in its messages replaced by the value that was sent.
  func refusal(of value: String) -> HTTPResponse {
    func filled(_ message: String) -> JSON {
      .string(message.replacingOccurrences(of: "{secret}", with: value))
    }
    var body: [String: JSON] = [
      "ok": false, "error": .string(error), "display_message": filled(displayMessage),
    ]
    if let rawMessage { body["raw_message"] = filled(rawMessage) }
    return HTTPResponse(status: status, .object(body))
  }
}

extension [VerificationRule] {
  /// What the first rule that matches one of these secrets answers; nil when all are accepted.
  func refusal(of secrets: [String: JSON]) -> HTTPResponse? {
    for rule in self {
      for (key, secret) in secrets.sorted(by: { $0.key < $1.key }) {
        let value = secret.string ?? String(decoding: secret.text, as: UTF8.self)
        if rule.matches(key, value) { return rule.refusal(of: value) }
      }
    }
    return nil
  }
}

extension VerificationRule: Decodable {
  private enum Key: String, CodingKey, CaseIterable {
    case secret, pattern, error, status
    case displayMessage = "display_message"
    case rawMessage = "raw_message"
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.onlyKeys(Key.self)
    secret = try values.decodeIfPresent(String.self, forKey: .secret)
    pattern = try values.decode(String.self, forKey: .pattern)
    error = try values.decodeIfPresent(String.self, forKey: .error) ?? "Invalid credentials"
    status = try values.decodeIfPresent(Int.self, forKey: .status) ?? 422
    displayMessage =
      try values.decodeIfPresent(String.self, forKey: .displayMessage)
      ?? "DX could not verify this credential."
    rawMessage = try values.decodeIfPresent(String.self, forKey: .rawMessage)
  }
}
