/// Why no node may join: a state is being put there.
struct ImportUnderWay: CustomStringConvertible {
  /// One line of English without a full stop.
  let description: String

  init(_ found: EtcdKeyValue, _ keys: ClusterKeys) {
    description =
      found.key == keys.partial
      ? "an import into \(keys.root) did not come to its end: do it again, with --replace"
      : "a state is being imported into \(keys.root)"
  }
}
