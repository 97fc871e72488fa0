/// A table of the merged configuration, with its name and its place for messages.
struct Scope {
  let path: KeyPath
  let table: Table
  let position: Position

  /// The table under a name, or nil where there is none.
  func inner(_ name: String) -> Scope? {
    guard let entry = table[name], case .table(let inner) = entry.node.value else { return nil }
    return Scope(path: path.appending(name), table: inner, position: entry.position)
  }

  /// The tables under the names that the administrator gave, in the order of the text.
  var innerScopes: [(name: String, scope: Scope)] {
    table.entries.compactMap { entry in inner(entry.name).map { (entry.name, $0) } }
  }

  /// The value of an entry, or nil where it cannot be used.
  ///
  /// Only its range is judged here. Whether it is of its type was judged in its own file.
  func value<Value>(
    of type: ValueType<Value>, _ entry: Table.Entry, _ problems: inout Problems
  ) -> Value? {
    let name = path.appending(entry.name)
    var judgedBefore = Problems()
    guard let value = type.read(entry.node, name, &judgedBefore) else { return nil }
    if let excess = type.excess(value), let range = type.range {
      problems.error("\(name) must be \(range), not \(excess)", at: entry.node.position)
      return nil
    }
    return value
  }

  /// Reads every key into the settings, and reports what is required and missing.
  ///
  /// Returns false where something could not be used, so that nothing is said of values that
  /// depend on it.
  func read<Target>(
    _ keys: [Key<Target>], into target: inout Target, _ problems: inout Problems
  ) -> Bool {
    var isUsable = true
    for key in keys {
      if !key.apply(self, &target, &problems) { isUsable = false }
    }
    return isUsable
  }

  /// Where the value of a key stands.
  func position(of name: String) -> Position? { table[name]?.node.position }
}
