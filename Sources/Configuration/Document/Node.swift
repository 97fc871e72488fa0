import RotationEngine

/// A value as written, and where.
struct Node: Sendable {
  var value: Value
  var position: Position
}

/// What TOML can say, as far as a configuration may say it.
enum Value: Sendable {
  case table(Table)
  case array([Node])
  case string(String)
  case integer(Int64)
  case number(Double)
  case boolean(Bool)
  /// A date or a date-time; without an offset it is taken as UTC (contract, rule 5).
  case date(WallTime)
  /// A time of day; no key takes one.
  case timeOfDay

  /// What it is, in words that never show the value itself.
  var kind: String {
    switch self {
    case .table: "a table"
    case .array: "an array"
    case .string: "text"
    case .integer: "an integer"
    case .number: "a number"
    case .boolean: "true or false"
    case .date: "a date"
    case .timeOfDay: "a time of day"
    }
  }
}

/// A table's entries in the order in which they were written first.
struct Table: Sendable {
  struct Entry: Sendable {
    let name: String
    /// Where the name stands; for a merged entry, where it was written last.
    var position: Position
    var node: Node
  }

  private(set) var entries: [Entry] = []
  /// Where each name is in a large table; most are small, and cheaper to look through.
  private var indices: [String: Int] = [:]
  private static let smallCount = 8

  subscript(name: String) -> Entry? { index(of: name).map { entries[$0] } }

  /// Adds an entry, or replaces the one of that name.
  mutating func set(_ entry: Entry) {
    if let index = index(of: entry.name) {
      entries[index] = entry
      return
    }
    entries.append(entry)
    if entries.count == Self.smallCount + 1 {
      for (index, entry) in entries.enumerated() { indices[entry.name] = index }
    } else if entries.count > Self.smallCount {
      indices[entry.name] = entries.count - 1
    }
  }

  private func index(of name: String) -> Int? {
    entries.count > Self.smallCount
      ? indices[name] : entries.firstIndex { $0.name == name }
  }

  /// Changes the table under a name in place, without a copy of it; false where there is none.
  mutating func changeTable(_ name: String, at position: Position, _ body: (inout Table) -> Void)
    -> Bool
  {
    guard let index = index(of: name), case .table(var table) = entries[index].node.value else {
      return false
    }
    entries[index].node.value = .timeOfDay  // Leaves `table` as the only reference.
    body(&table)
    entries[index].node.value = .table(table)
    entries[index].position = position
    return true
  }
}
