import SecretMemory

/// Why an update is not sent: it would change nothing, or not be JSON.
enum UnsendableUpdate: Error, Equatable, CustomStringConvertible {
  case noSecrets
  case emptyValue(key: String)
  case notUTF8(key: String)

  /// One line of English without a full stop; never a value.
  var description: String {
    switch self {
    case .noSecrets: "not sent: there is no secret to send"
    case .emptyValue(let key): "not sent: the value of \(key) is empty"
    case .notUTF8(let key): "not sent: the value of \(key) is not UTF-8 text"
    }
  }
}

extension SecretBytes {
  /// The body of `credentials.update` (contract, section 3): the id, every secret, and a date only where one is given.
  ///
  /// DX would take an update without secrets, or with empty ones, for one that changes nothing, and answer that it
  /// succeeded; so there is no such body.
  convenience init(
    updateOf id: Int64, secrets: [(key: String, value: SecretBytes)], expirationDate: String?
  ) throws(UnsendableUpdate) {
    guard !secrets.isEmpty else { throw .noSecrets }
    for secret in secrets {
      guard !secret.value.isEmpty else { throw .emptyValue(key: secret.key) }
      guard secret.value.isUTF8 else { throw .notUTF8(key: secret.key) }
    }
    self.init(json: { json in
      json.raw("{\"id\":\(id),\"secrets\":{")
      for (index, secret) in secrets.enumerated() {
        if index > 0 { json.raw(",") }
        json.string(secret.key)
        json.raw(":")
        json.string(secret.value)
      }
      json.raw("}")
      if let expirationDate {
        json.raw(",\"expiration_date\":")
        json.string(expirationDate)
      }
      json.raw("}")
    })
  }

  private var isUTF8: Bool {
    withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
      bytes.withMemoryRebound(to: UInt8.self) { (try? UTF8Span(validating: $0.span)) != nil }
    }
  }
}
