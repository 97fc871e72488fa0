import ClusterSharing
import RotationEngine
import StateStore

/// The keys in etcd of one DX instance.
package struct ClusterKeys: Sendable {
  /// What the keys of all instances begin with, a slash at its end.
  package let prefix: String
  /// What this instance's begin with: the prefix and a hash of the URL.
  package let root: String

  /// Names the keys of an instance, given by its `APISettings.url`.
  package init(prefix: String, instance url: String) {
    self.prefix = prefix.hasSuffix("/") ? prefix : prefix + "/"
    var hash = StableHash()
    hash.combine(url)
    let digits = String(hash.value, radix: 16)
    root = "\(self.prefix)\(String(repeating: "0", count: 16 - digits.count))\(digits)/"
  }

  /// Which key fingerprints are made with; of all instances.
  var identification: String { prefix + "key" }
  /// The last number of an attempt that was reserved; of all instances.
  var numbers: String { prefix + "numbers" }
  /// What an object that writes leaves with each commit.
  func writer(_ name: String) -> String { "\(prefix)writers/\(name)" }

  var instance: String { root + "instance" }
  /// All records.
  package var records: String { root + "records/" }
  /// All attempts that have ended.
  var attempts: String { root + "attempts/" }
  /// All attempts that have not.
  var open: String { root + "open/" }
  /// All claims; a claim's value is its node's name.
  package var claims: String { root + "claims/" }
  var totals: String { root + "totals/" }

  /// All nodes that are there.
  package var members: String { root + "members/" }
  func member(_ node: NodeName) -> String { members + node.text }
  /// What a node has in its configuration.
  func configured(_ node: NodeName) -> String { "\(root)configured/\(node.text)/" }
  func configured(_ node: NodeName, page: Int) -> String { "\(configured(node))\(page)" }

  /// There while an import is under way, with the lease of whoever does it.
  var importer: String { root + "importer" }
  /// There from an import's first write to its last: what is stored may be a part.
  var partial: String { root + "partial" }

  /// What other nodes ask of a node.
  func questions(to node: NodeName) -> String { "\(root)questions/\(node.text)/" }
  func question(to node: NodeName, _ number: String) -> String { questions(to: node) + number }
  func answer(_ number: String) -> String { "\(root)answers/\(number)" }

  /// All claims on alerts that belong to no credential; the node that has one tells of it.
  var alerts: String { root + "alerts/" }
  func alert(_ kind: AlertKind) -> String { alerts + kind.rawValue }

  /// Which node a member's key is of.
  func node(ofMember key: String) -> NodeName? {
    key.hasPrefix(members) ? NodeName(String(key.dropFirst(members.count))) : nil
  }

  func record(_ key: CredentialKey) -> String { "\(records)\(key.connection)/\(key.id)" }
  func claim(_ key: CredentialKey) -> String { "\(claims)\(key.connection)/\(key.id)" }
  func attempts(of key: CredentialKey) -> String { "\(attempts)\(key.connection)/\(key.id)/" }
  func attempt(_ number: Int64, of key: CredentialKey) -> String {
    attempts(of: key) + Self.text(of: number)
  }
  func open(_ number: Int64) -> String { open + Self.text(of: number) }
  func totals(of node: String) -> String { totals + node }

  /// Which credential a claim is on; nil: the key is none of a claim.
  func credential(ofClaim key: String) -> CredentialKey? {
    let parts = key.dropFirst(claims.count).split(separator: "/").compactMap { Int64($0) }
    return parts.count == 2 ? CredentialKey(connection: parts[0], id: parts[1]) : nil
  }

  /// The number of an attempt without an outcome, of whatever instance; nil: the key is none of such.
  static func number(ofOpen key: String) -> Int64? {
    let parts = key.split(separator: "/").suffix(2)
    return parts.first == "open" ? parts.last.flatMap { Int64($0) } : nil
  }

  /// As wide as any, so that etcd's order is that of the numbers.
  private static func text(of number: Int64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 19 - digits.utf8.count)) + digits
  }
}
