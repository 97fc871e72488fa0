import RotationEngine

/// Reads a source, `{ file = … }` and its kin (contract, section 2).
enum SourceSyntax {
  /// The keys of a source.
  static let keys = ["file", "env", "env_file", "key", "credential", "json"]

  /// What a source looks like.
  static let example = #"{ file = "/run/secrets/…" }"#

  /// Reads a source; reports all that is wrong with it, and then returns nil.
  static func read(
    _ table: Table, at position: Position, _ path: KeyPath, _ problems: inout Problems
  ) -> Source? {
    var reader = Reader(table: table, position: position, path: path)
    let source = reader.source()
    for diagnostic in reader.problems.diagnostics { problems.add(diagnostic) }
    return reader.problems.isEmpty ? source : nil
  }

  private struct Reader {
    let table: Table
    let position: Position
    let path: KeyPath
    var problems = Problems()

    mutating func source() -> Source? {
      for entry in table.entries where !keys.contains(entry.name) {
        problems.unknownKey(entry.name, in: path, known: keys, at: entry.position)
      }
      let origin = origin()
      let pointer = text("json", Names.problem(ofPointer:))
      return origin.map { Source($0, pointer: pointer) }
    }

    private mutating func origin() -> Source.Origin? {
      let file = text("file", Names.problem(ofPath:)).map { Source.Origin.file(path: $0) }
      let variable = text("env", Names.problem(ofVariable:)).map {
        Source.Origin.environment(name: $0)
      }
      let environmentFile = text("env_file", Names.problem(ofPath:))
      let key = text("key", Names.problem(ofVariable:))
      let credential = text("credential", Names.problem(ofSystemdCredential:)).map {
        Source.Origin.credential(name: $0)
      }
      let places = ["file", "env", "env_file", "credential"].filter { table[$0] != nil }
      if places.count > 1 {
        problems.error(
          "\(path) names \(places.joined(separator: " and ")); a source has one of them",
          at: position)
      } else if places.isEmpty, problems.isEmpty {
        problems.error(
          "\(path) names no place to read; write file, env, env_file with key, or credential",
          at: position)
      }
      if table["env_file"] != nil, table["key"] == nil {
        problems.error(
          "\(path) has env_file without key, the variable to take from it", at: position)
      }
      if let entry = table["key"], table["env_file"] == nil, !places.isEmpty {
        problems.error("\(path).key means something with env_file alone", at: entry.position)
      }
      if let environmentFile, let key { return .environmentFile(path: environmentFile, key: key) }
      return file ?? variable ?? credential
    }

    private mutating func text(_ name: String, _ problem: (String) -> String?) -> String? {
      guard let entry = table[name] else { return nil }
      guard case .string(let text) = entry.node.value else {
        problems.wrongKind(entry.node, at: path.appending(name), wanted: "text")
        return nil
      }
      guard let problem = problem(text) else { return text }
      problems.error("\(path.appending(name)) \(problem)", at: entry.node.position)
      return nil
    }
  }
}

extension ValueType where Value == Source {
  static var source: Self {
    ValueType("a source") { node, path, problems in
      switch node.value {
      case .table(let table):
        return SourceSyntax.read(table, at: node.position, path, &problems)
      case .string:
        problems.error(
          "\(path) must be a source such as \(SourceSyntax.example), not text: "
            + "secrets do not belong into drop-ins", at: node.position)
      default:
        problems.wrongKind(
          node, at: path, wanted: "a source such as \(SourceSyntax.example)")
      }
      return nil
    }
  }
}
