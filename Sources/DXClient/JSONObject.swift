import FoundationEssentials

/// A JSON object of DX's as it came: a key that is missing, null or of another type is nil.
struct JSONObject {
  /// One credential in it; of one that is no object, nothing is known.
  struct Credential {
    var id: Int64?
    var expirationDate: String?
    var disabledAt: String?
    var deletedAt: String?
  }

  /// Why a body holds no object, in plain words.
  enum Absence: String, Error {
    case empty
    case notUTF8 = "text that is not UTF-8"
    case html = "HTML"
    case xml = "XML"
    case text = "plain text"
    case malformed = "malformed JSON"
    case tooDeep = "JSON nested too deeply"
    case anotherType = "JSON that is not an object"
  }

  var ok: Bool?
  var error: String?
  var displayMessage: String?
  var rawMessage: String?
  var credential: Credential?
  var credentials: [Credential]?

  /// The object in a body.
  static func parse(_ body: [UInt8]) -> Result<JSONObject, Absence> {
    if let absence = absence(of: body) { return .failure(absence) }
    guard let object = try? JSONDecoder().decode(JSONObject.self, from: Data(body)) else {
      return .failure(.malformed)
    }
    return .success(object)
  }

  /// Why there is no need to parse; nil when there is.
  private static func absence(of body: [UInt8]) -> Absence? {
    guard (try? UTF8Span(validating: body.span)) != nil else { return .notUTF8 }
    let start = body.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    switch start.first {
    case nil: return .empty
    case UInt8(ascii: "<"): return start.starts(with: "<?xml".utf8) ? .xml : .html
    case UInt8(ascii: "{"): return JSONNesting.isTooDeep(start) ? .tooDeep : nil
    case UInt8(ascii: "["): return .anotherType
    default: return .text
    }
  }
}

extension JSONObject: Decodable {
  private enum Key: String, CodingKey {
    case ok, error, credential, credentials
    case displayMessage = "display_message"
    case rawMessage = "raw_message"
  }

  /// Throws only for what is no object.
  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    ok = values.value(.ok)
    error = values.value(.error)
    displayMessage = values.value(.displayMessage)
    rawMessage = values.value(.rawMessage)
    credential = values.value(.credential)
    credentials = values.value(.credentials)
  }
}

extension JSONObject.Credential: Decodable {
  private enum Key: String, CodingKey {
    case id
    case expirationDate = "expiration_date"
    case disabledAt = "disabled_at"
    case deletedAt = "deleted_at"
  }

  /// Throws nothing: one entry of another type is no reason to lose a whole list.
  init(from decoder: any Decoder) throws {
    guard let values = try? decoder.container(keyedBy: Key.self) else { return }
    id = values.value(.id)
    expirationDate = values.value(.expirationDate)
    disabledAt = values.value(.disabledAt)
    deletedAt = values.value(.deletedAt)
  }
}

extension KeyedDecodingContainer {
  /// The value of a key, if there is one of that type.
  fileprivate func value<Value: Decodable>(_ key: Key) -> Value? {
    try? decodeIfPresent(Value.self, forKey: key)
  }
}
