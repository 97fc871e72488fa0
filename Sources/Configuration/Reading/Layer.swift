/// The tables of one or more files, every entry where the key table has one.
struct Layer {
  private(set) var root = Table()

  /// An empty layer, to lay others over.
  init() {}

  /// Checks one file's tables; what is wrong is reported, and what has no place left out.
  init(checking table: Table, _ problems: inout Problems) {
    root = Self.checked(table, KeyTable.schema, .root, &problems)
  }

  /// Adds a later file: tables merge key by key, and a later value wins.
  mutating func add(_ later: Layer) {
    Self.merge(&root, later.root, KeyTable.schema)
  }

  private static func checked(
    _ table: Table, _ schema: Schema, _ path: KeyPath, _ problems: inout Problems
  ) -> Table {
    var checked = Table()
    for var entry in table.entries {
      let name = path.appending(entry.name)
      switch schema.child(entry.name) {
      case nil:
        problems.unknownKey(
          entry.name, in: path, known: schema.names, at: entry.position)
        continue
      case .value(let key):
        key.check(entry.node, name, &problems)
      case .known(let children, let names):
        guard case .table(let inner) = entry.node.value else {
          problems.noTable(entry.node, at: name)
          continue
        }
        let schema = Schema.known(children, names: names)
        entry.node.value = .table(Self.checked(inner, schema, name, &problems))
      case .named(let pattern, let schema):
        guard case .table(let inner) = entry.node.value else {
          problems.noTable(entry.node, at: name)
          continue
        }
        let named = Schema.named(pattern: pattern, schema)
        entry.node.value = .table(Self.checked(inner, named, name, &problems))
      }
      if case .named(let pattern, _) = schema,
        let problem = Names.problem(ofKey: entry.name, in: pattern)
      {
        problems.error("\(name) \(problem)", at: entry.position)
      }
      checked.set(entry)
    }
    return checked
  }

  private static func merge(_ base: inout Table, _ later: Table, _ schema: Schema) {
    for entry in later.entries {
      guard let child = schema.child(entry.name) else { continue }
      if !child.isValue, case .table(let inner) = entry.node.value,
        base.changeTable(entry.name, at: entry.position, { merge(&$0, inner, child) })
      {
        continue
      }
      base.set(entry)
    }
  }
}

extension Schema {
  /// What stands under a name; nil: nothing may.
  fileprivate func child(_ name: String) -> Schema? {
    switch self {
    case .value: nil
    case .known(let children, _): children[name]
    case .named(_, let child): child
    }
  }

  fileprivate var names: [String] {
    if case .known(_, let names) = self { names } else { [] }
  }

  fileprivate var isValue: Bool {
    if case .value = self { true } else { false }
  }
}

extension Names {
  fileprivate static func problem(ofKey name: String, in pattern: String) -> String? {
    if pattern.hasSuffix(".secrets.KEY") { return problem(ofSecretKey: name) }
    if pattern.hasSuffix(".headers.KEY") { return problem(ofHeader: name) }
    return problem(ofName: name)
  }
}
