/// What speaks for DX being out of reach as a whole, rather than for one credential's trouble.
struct Outage: Hashable {
  /// The last reason, in plain words.
  private(set) var reason = ""
  /// The HTTP status of what answered last, if something did.
  private(set) var httpStatus: Int?
  /// Whether more than one credential's updates have failed: no answer at all, a list, or a second credential.
  private(set) var isConfirmed = false
  /// The one credential whose updates have failed, while it is the only one.
  private(set) var onlyWitness: CredentialKey?
  /// Whether `api_unavailable` was said of it.
  var isSaid = false
  /// Whether a credential behind it is critical.
  var isCritical = false

  /// A request failed: an update of `key`, or (nil) a question; with an HTTP status if something answered.
  mutating func witness(_ key: CredentialKey?, _ reason: String, httpStatus: Int?) {
    self.reason = reason
    self.httpStatus = httpStatus
    if key == nil || httpStatus == nil || onlyWitness != nil && onlyWitness != key {
      isConfirmed = true
    }
    if !isConfirmed { onlyWitness = key }
  }
}
