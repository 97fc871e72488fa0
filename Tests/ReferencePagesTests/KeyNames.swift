import Configuration

/// The names of all keys, without the tables they are in.
enum KeyNames {
  static let all = KeyTable.sections.flatMap { section in
    section.keys.map { String($0.path.dropFirst(section.name.count + 1)) }
  }
}
