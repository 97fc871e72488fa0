/// The key table as a tree: what may stand where.
indirect enum Schema: Sendable {
  /// A value; a table in its place (a source) is one value, and never merged.
  case value(KeyDescription)
  /// A table of known keys, in the order of the key table.
  case known([String: Schema], names: [String])
  /// A table whose keys the administrator names; the pattern of the table and what stands in it.
  case named(pattern: String, Schema)

  /// The tree of a key table.
  init(_ keys: [KeyDescription]) {
    var root = Schema.known([:], names: [])
    for key in keys {
      root.insert(key, at: key.path.split(separator: ".").map(String.init)[...], under: "")
    }
    self = root
  }

  private mutating func insert(
    _ key: KeyDescription, at parts: ArraySlice<String>, under pattern: String
  ) {
    guard let first = parts.first else {
      self = .value(key)
      return
    }
    let inner = pattern.isEmpty ? first : "\(pattern).\(first)"
    if first.allSatisfy(\.isUppercase) {
      var child = Schema.known([:], names: [])
      if case .named(_, let existing) = self { child = existing }
      child.insert(key, at: parts.dropFirst(), under: inner)
      self = .named(pattern: inner, child)
    } else if case .known(var children, var names) = self {
      if children[first] == nil { names.append(first) }
      children[first, default: .known([:], names: [])]
        .insert(key, at: parts.dropFirst(), under: inner)
      self = .known(children, names: names)
    }
  }
}
