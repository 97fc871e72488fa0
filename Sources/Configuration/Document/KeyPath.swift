/// The dotted name of a key, as messages give it: `credential."my jira".id`.
///
/// Every key that is read has one and few are ever shown, so the text is made only then.
indirect enum KeyPath {
  case root
  case key(KeyPath, String)

  var isRoot: Bool {
    if case .root = self { true } else { false }
  }

  func appending(_ name: String) -> KeyPath { .key(self, name) }
}

extension KeyPath: CustomStringConvertible {
  var description: String {
    guard case .key(let table, let name) = self else { return "" }
    let isBare = !name.isEmpty && name.utf8.allSatisfy(\.isBareKeyCharacter)
    let segment = isBare ? name : name.quoted
    return table.isRoot ? segment : "\(table).\(segment)"
  }
}

extension UInt8 {
  fileprivate var isBareKeyCharacter: Bool {
    isLetterOrDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
  }
}
