import RotationEngine

// The types of keys whose value is a date, or says where one comes from.

extension ValueType where Value == APISettings.KeyExpiration {
  static var dateOrSource: Self {
    ValueType("a date, a date-time, or a source of one") { node, path, problems in
      switch node.value {
      case .date(let time): return .fixed(time)
      case .table(let table):
        return SourceSyntax.read(table, at: node.position, path, &problems).map { .source($0) }
      default:
        problems.noDate(node, at: path, wanted: "a date such as 2026-12-31, or a source of one")
        return nil
      }
    }
  }
}

extension ValueType where Value == Policy.Expiration {
  static var expiration: Self {
    let name = "a date, a date-time, a source of one, { jwt = KEY } or { x509 = KEY }"
    return ValueType(name) { node, path, problems in
      switch node.value {
      case .date(let time): return .fixed(time)
      case .table(let table):
        if let entry = table["jwt"] ?? table["x509"] {
          return out(of: entry, in: table, at: node.position, path, &problems)
        }
        return SourceSyntax.read(table, at: node.position, path, &problems).map { .source($0) }
      default:
        problems.noDate(
          node, at: path,
          wanted: "a date such as 2026-12-31, a source of one, { jwt = KEY } or { x509 = KEY }")
        return nil
      }
    }
  }

  private static func out(
    of entry: Table.Entry, in table: Table, at position: Position, _ path: KeyPath,
    _ problems: inout Problems
  ) -> Policy.Expiration? {
    guard table.entries.count == 1 else {
      problems.error("\(path) must have \(entry.name) alone", at: position)
      return nil
    }
    guard case .string(let key) = entry.node.value else {
      problems.wrongKind(
        entry.node, at: path.appending(entry.name), wanted: "the key of a secret")
      return nil
    }
    return entry.name == "jwt" ? .jwt(secret: key) : .x509(secret: key)
  }
}

extension Problems {
  fileprivate mutating func noDate(_ node: Node, at path: KeyPath, wanted: String) {
    if case .string(let text) = node.value, WallTime(dateText: text) != nil {
      // A text that is a date is no secret.
      error("\(path) must be a date, not text; write it without quotes: \(text)", at: node.position)
    } else {
      wrongKind(node, at: path, wanted: wanted)
    }
  }
}
