import RotationEngine

/// Whose a credential is among several nodes: the one with the highest weight for it (rendezvous hashing).
///
/// Every node comes to the same answer from the names alone, and when one joins or leaves only what it wins or held
/// changes hands.
public enum Rendezvous {
  /// A node's weight for a credential; the same in every process and version.
  public static func weight(of node: NodeName, for key: CredentialKey) -> UInt64 {
    mixed(mixed(node.hash ^ UInt64(bitPattern: key.connection)) ^ UInt64(bitPattern: key.id))
  }

  /// The eligible node with the highest weight; nil if there is none.
  ///
  /// Equal weights, which 64 bits make all but impossible, go to the name that sorts first.
  public static func owner<Node>(
    of key: CredentialKey, among nodes: [Node], name: (Node) -> NodeName,
    where isEligible: (Node) -> Bool = { _ in true }
  ) -> NodeName? {
    var best: (name: NodeName, weight: UInt64)?
    for node in nodes {
      let name = name(node)
      let weight = weight(of: name, for: key)
      // Asked last: it costs more than a weight.
      if best.map({ ($0.weight, name) < (weight, $0.name) }) ?? true, isEligible(node) {
        best = (name, weight)
      }
    }
    return best?.name
  }

  /// The finalizer of MurmurHash3: every bit of the input reaches every bit of the result.
  private static func mixed(_ value: UInt64) -> UInt64 {
    var bits = value
    bits = (bits ^ (bits >> 33)) &* 0xff51_afd7_ed55_8ccd
    bits = (bits ^ (bits >> 33)) &* 0xc4ce_b9fe_1a85_ec53
    return bits ^ (bits >> 33)
  }
}

/// What a node is called, with the hash of it that weights are made from.
public struct NodeName: Hashable, Comparable, Sendable {
  /// The name; unique in its cluster.
  public let text: String
  let hash: UInt64

  /// Makes a name.
  public init(_ text: String) {
    self.text = text
    hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }

  /// Orders by the text.
  public static func < (left: NodeName, right: NodeName) -> Bool { left.text < right.text }
}
