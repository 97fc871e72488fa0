/// The address of a webhook, as far as it has to be understood here.
struct WebAddress {
  /// The host, and the port where there is one.
  let host: String
  /// What may be a key: parts of the path, the query and the user info.
  let secretParts: [String]

  /// Takes an address apart; nil: it is none of http or https.
  init?(_ text: String) {
    let scheme = ["https://", "http://"].first { text.lowercased().hasPrefix($0) }
    guard let scheme else { return nil }
    let rest = text.dropFirst(scheme.count)
    let authority = rest.prefix { !"/?#".contains($0) }
    let user = authority.lastIndex(of: "@").map { authority[..<$0] } ?? ""
    host = String(authority.dropFirst(user.isEmpty ? 0 : user.count + 1))
    // Words of a usual path are no keys; a key is longer than any of them.
    let parts = rest.dropFirst(authority.count).split { "/?#&=".contains($0) } + [user]
    secretParts = parts.filter { $0.count >= 16 || $0 == user && !$0.isEmpty }.map { String($0) }
  }

  /// Where an Alertmanager takes alerts, given its address or the whole.
  static func alertmanager(_ url: String) -> String {
    let path = "/api/v2/alerts"
    if url.hasSuffix(path) { return url }
    return (url.hasSuffix("/") ? String(url.dropLast()) : url) + path
  }
}
