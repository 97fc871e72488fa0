/// The address of a server: `https://HOST` or `https://HOST:PORT`, nothing more.
struct ServerURL: Sendable {
  /// A DX instance.
  static let instance = ServerURL(name: "the instance", example: "\"https://acme.getdx.net\"")
  /// A member of etcd.
  static let member = ServerURL(name: "the member", example: "\"https://etcd-1:2379\"")

  private let name: String
  /// What such an address looks like.
  let example: String

  /// Why a text is no such address, in words that follow the key's name; never the text itself.
  struct Problem: Error, Hashable {
    let message: String
  }

  /// Reads an address and writes it in one form, for it is a part of what state belongs to.
  ///
  /// That form has the scheme and the host in small letters, and neither the scheme's own port nor
  /// a slash at the end.
  func parse(_ text: String) throws(Problem) -> String {
    guard let separator = text.firstRange(of: "://") else {
      throw Problem(message: "must be an address such as \(example)")
    }
    let scheme = text[..<separator.lowerBound].lowercased()
    guard scheme == "https" || scheme == "http" else {
      throw Problem(message: "must begin with https://")
    }
    var authority = text[separator.upperBound...]
    if authority.hasSuffix("/") { authority.removeLast() }
    if authority.contains("?") { throw unwanted("a query") }
    if authority.contains("#") { throw unwanted("a fragment") }
    if authority.contains("/") || authority.contains("\\") { throw unwanted("a path") }
    if authority.contains("@") { throw unwanted("user information") }
    let (host, port) = try split(authority)
    guard scheme == "https" || Self.isLoopback(host) else {
      throw Problem(message: "must begin with https://; only a loopback host may do without")
    }
    let ownPort = scheme == "https" ? 443 : 80
    return "\(scheme)://\(host)" + (port.flatMap { $0 == ownPort ? nil : ":\($0)" } ?? "")
  }

  private func unwanted(_ what: String) -> Problem {
    Problem(message: "must name \(name) alone, such as \(example), without \(what)")
  }

  private func split(_ authority: Substring) throws(Problem) -> (String, Int?) {
    let host: Substring
    let rest: Substring
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else {
        throw Problem(message: "has a host with \"[\" but no \"]\"")
      }
      host = authority[...end]
      rest = authority[authority.index(after: end)...]
      guard host.dropFirst().dropLast().utf8.allSatisfy(\.isAddressCharacter), host.count > 4
      else { throw Problem(message: "has no IPv6 address between \"[\" and \"]\"") }
    } else {
      let end = authority.firstIndex(of: ":") ?? authority.endIndex
      host = authority[..<end]
      rest = authority[end...]
      guard !host.isEmpty else { throw Problem(message: "names no host; \(example) does") }
      guard host.utf8.allSatisfy(\.isHostCharacter) else {
        throw Problem(message: "has a character in its host that no host name has")
      }
    }
    let name = host.lowercased()
    if rest.isEmpty { return (name, nil) }
    guard rest.hasPrefix(":"), rest.utf8.dropFirst().allSatisfy(\.isDigit),
      let port = Int(rest.dropFirst()), (1...65_535).contains(port)
    else { throw Problem(message: "has a port that is not a number from 1 to 65535") }
    return (name, port)
  }

  private static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { $0.utf8.allSatisfy(\.isDigit) && UInt8($0) != nil }
  }
}

extension UInt8 {
  fileprivate var isAddressCharacter: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"),
      UInt8(ascii: ":"), UInt8(ascii: "."):
      true
    default: isDigit
    }
  }

  fileprivate var isHostCharacter: Bool {
    switch self {
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
    default: isLetterOrDigit
    }
  }
}
