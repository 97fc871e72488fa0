/// One key of the configuration: what it may hold, what it means, and where its value goes.
///
/// `Target` is the part of the settings that it belongs to.
struct Key<Target>: Sendable {
  let name: String
  let isRequired: Bool
  /// Whether it is a table of values, so that with none in it the key is missing.
  let isTable: Bool
  /// What there is to say of it, under a table's pattern (`credential.NAME`).
  let described: @Sendable (String) -> KeyDescription
  /// Reads its value out of the merged table into the settings; false where it cannot be used.
  let apply: @Sendable (Scope, inout Target, inout Problems) -> Bool

  /// A key with a default.
  ///
  /// - Parameters:
  ///   - name: Its name in its table.
  ///   - type: What it may hold.
  ///   - path: Where its value goes; what is there already is the default.
  ///   - standard: The default as documentation gives it; `required` where there is none.
  ///   - meaning: One or two sentences for the manual.
  init<Value>(
    _ name: String, _ type: ValueType<Value>,
    _ path: WritableKeyPath<Target, Value> & Sendable, default standard: String,
    _ meaning: String
  ) {
    self.name = name
    isTable = false
    isRequired = standard == KeyDescription.required
    described = { KeyDescription("\($0).\(name)", type, standard, meaning) }
    apply = { scope, target, problems in
      guard let entry = scope.table[name] else { return true }
      guard let value = scope.value(of: type, entry, &problems) else { return false }
      target[keyPath: path] = value
      return true
    }
  }

  /// A key that may be left out.
  init<Value>(
    optional name: String, _ type: ValueType<Value>,
    _ path: WritableKeyPath<Target, Value?> & Sendable, default standard: String = "none",
    _ meaning: String
  ) {
    self.init(name, type.optional, path, default: standard, meaning)
  }

  /// A table whose keys the administrator names, `secrets.KEY`; its values go into an array.
  init<Value, Element>(
    each table: String, as placeholder: String, _ type: ValueType<Value>,
    _ path: WritableKeyPath<Target, [Element]> & Sendable,
    element: @escaping @Sendable (String, Value) -> Element, default standard: String,
    _ meaning: String
  ) {
    name = table
    isTable = true
    isRequired = standard == KeyDescription.required
    described = { KeyDescription("\($0).\(table).\(placeholder)", type, standard, meaning) }
    apply = { scope, target, problems in
      guard let inner = scope.inner(table) else { return true }
      var isUsable = true
      for entry in inner.table.entries.sorted(by: { $0.name < $1.name }) {
        if let value = inner.value(of: type, entry, &problems) {
          target[keyPath: path].append(element(entry.name, value))
        } else {
          isUsable = false
        }
      }
      return isUsable
    }
  }
}

/// What the manual says of a key, and how a file's own value is checked.
package struct KeyDescription: Sendable {
  /// The default of a key that has none.
  package static let required = "required"

  /// Its dotted name; parts in capitals stand for names of the administrator's.
  package let path: String
  /// What it may hold, in words: `a span of time`.
  package let type: String
  /// Which values are in range, in words: `from 1 to 256`; nil where the type says it all.
  package let range: String?
  /// The default in TOML's form, or in words: `required`, `none`, `what DX says`.
  package let defaultText: String
  /// What it means, in one or two sentences.
  package let meaning: String
  /// Reports what keeps a value from being one of this type.
  let check: @Sendable (Node, KeyPath, inout Problems) -> Void

  init<Value>(
    _ path: String, _ type: ValueType<Value>, _ defaultText: String, _ meaning: String
  ) {
    self.path = path
    self.type = type.name
    range = type.range
    self.defaultText = defaultText
    self.meaning = meaning
    check = { node, path, problems in _ = type.read(node, path, &problems) }
  }
}
