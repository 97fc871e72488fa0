/// The dotted name of a key, as messages give it: `credential."my jira".id`.
struct KeyPath: Hashable, CustomStringConvertible {
  static let root = KeyPath(description: "")

  let description: String

  var isRoot: Bool { description.isEmpty }

  private init(description: String) { self.description = description }

  init(_ names: String...) {
    self = names.reduce(.root) { $0.appending($1) }
  }

  func appending(_ name: String) -> KeyPath {
    let isBare = !name.isEmpty && name.utf8.allSatisfy(\.isBareKeyCharacter)
    let segment = isBare ? name : name.quoted
    return KeyPath(description: isRoot ? segment : "\(description).\(segment)")
  }
}

extension UInt8 {
  fileprivate var isBareKeyCharacter: Bool {
    isLetterOrDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
  }
}
