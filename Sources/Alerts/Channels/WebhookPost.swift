import HTTPTransport
import RotationEngine
import SecretMemory

/// A webhook with its texts read: where to post, and with which headers.
struct WebhookPost {
  /// How long one may take.
  static let timeoutMilliseconds = 30_000
  /// How much of an answer is read.
  static let longestAnswer = 64 << 10
  /// How much of an answer is told when it is a refusal.
  static let shownAnswer = 200

  let url: String
  let headers: [HTTPHeader]
  /// What came from sources, and whatever of the address may be a key: never to be told.
  let secrets: [SecretBytes]

  /// Puts the texts of `AlertChannel.sources` where they belong.
  init(_ webhook: AlertSettings.Webhook, texts: [SecretBytes]) throws(DeliveryFailure) {
    var rest = texts[...]
    var secrets = texts
    switch webhook.url {
    case .literal(let text): url = text
    case .source:
      guard let text = rest.popFirst() else { throw DeliveryFailure("its address was not read") }
      url = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
    guard let address = WebAddress(url) else {
      throw DeliveryFailure("its address does not begin with https:// or http://", isSource: true)
    }
    secrets += address.secretParts.map { SecretBytes(copying: $0.utf8) }
    var headers = [
      HTTPHeader("Content-Type", .text("application/json")),
      HTTPHeader("Accept", .text("application/json, text/plain")),
    ]
    for header in webhook.headers {
      headers.removeAll { $0.name.lowercased() == header.name.lowercased() }
      switch header.value {
      case .literal(let text): headers.append(HTTPHeader(header.name, .text(text)))
      case .source:
        guard let text = rest.popFirst() else {
          throw DeliveryFailure("the header \(header.name) was not read")
        }
        headers.append(HTTPHeader(header.name, .secret(prefix: "", text)))
      }
    }
    self.headers = headers
    self.secrets = secrets
  }

  /// The request that posts these bytes.
  func request(_ format: AlertSettings.Webhook.Format, body: [UInt8]) -> HTTPRequest {
    HTTPRequest(
      method: .post(body: SecretBytes(copying: body)),
      url: format == .alertmanager ? WebAddress.alertmanager(url) : url, headers: headers,
      timeoutMilliseconds: Self.timeoutMilliseconds, maximumAnswerBytes: Self.longestAnswer)
  }

  /// What an answer means; nil: the alert was taken.
  static func failure(
    _ result: Result<HTTPAnswer, HTTPFailure>, clean: (String) -> String
  ) -> DeliveryFailure? {
    switch result {
    case .failure(let failure): return DeliveryFailure(clean(failure.description))
    case .success(let answer) where (200..<300).contains(answer.status): return nil
    case .success(let answer) where (300..<400).contains(answer.status):
      return DeliveryFailure(
        "it answered \(answer.status), a redirect, which is not followed; give the address it leads to"
      )
    case .success(let answer):
      let said = clean(String(decoding: answer.body.prefix(shownAnswer), as: UTF8.self))
      return DeliveryFailure(
        "it answered \(answer.status)" + (said.isEmpty ? "" : ": \(said)"),
        retryAfter: answer.retryAfter.flatMap { Int64($0) }
          .map { min(.hours(1), .seconds(max(0, $0))) })
    }
  }
}
