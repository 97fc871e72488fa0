/// A change to a credential made behind the API's back: keys left out stay as they are.
struct CredentialChange: Decodable {
  private enum Key: String, CodingKey, CaseIterable {
    case rules, exists
    case expirationDate = "expiration_date"
    case disabledAt = "disabled_at"
    case deletedAt = "deleted_at"
    case movesTo = "moves_to"
  }

  /// Outer nil: left out; inner nil: null.
  private let expirationDate: String??
  private let disabledAt: String??
  private let deletedAt: String??
  private let movesTo: String??
  private let rules: [VerificationRule]?
  private let exists: Bool?

  init(_ json: JSON) throws {
    self = try json.decoded(as: CredentialChange.self)
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.onlyKeys(Key.self)
    func text(_ key: Key) throws -> String?? {
      guard values.contains(key) else { return nil }
      return .some(try values.decode(String?.self, forKey: key))
    }
    expirationDate = try text(.expirationDate)
    disabledAt = try text(.disabledAt)
    deletedAt = try text(.deletedAt)
    movesTo = try text(.movesTo)
    let clearsRules = try values.contains(.rules) && values.decodeNil(forKey: .rules)
    rules =
      clearsRules ? [] : try values.decodeIfPresent([VerificationRule].self, forKey: .rules)
    exists = try values.decodeIfPresent(Bool.self, forKey: .exists)
  }

  func apply(to credential: inout Store.Credential) {
    credential.expirationDate = expirationDate ?? credential.expirationDate
    credential.disabledAt = disabledAt ?? credential.disabledAt
    credential.deletedAt = deletedAt ?? credential.deletedAt
    credential.movesTo = movesTo ?? credential.movesTo
    credential.rules = rules ?? credential.rules
    credential.exists = exists ?? credential.exists
  }
}
