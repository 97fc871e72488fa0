import Foundation
import RotationEngine
import SecretMemory

@testable import SecretSources

/// A pointer in the first line, then the document; Foundation's reader must find the same there.
enum JSONPointerSubject {
  static func take(_ input: [UInt8]) throws(Finding) {
    let (line, document) = input.firstLine
    let pointer: JSONPointer
    let value: [UInt8]
    do throws(SourceFailure) {
      pointer = try JSONPointer(String(decoding: line, as: UTF8.self))
      value = try pointer.string(in: SecretBytes(copying: document)).copy
    } catch {
      return
    }
    // Foundation takes two keys for one where Unicode does; RFC 6901 compares code points.
    guard document.allSatisfy({ $0 < 0x80 }), !document.contains("\\u".utf8) else { return }
    guard let tree = try? JSONDecoder().decode(Tree.self, from: Data(document)) else {
      throw Finding("a document that is no JSON was read")
    }
    let other = tree.value(at: pointer.tokens[...])
    try require(
      other.map { Array($0.utf8) } == value, "found \(value), not \(other.debugDescription)")
  }
}

/// A JSON document, as far as a pointer to a string can lead.
private enum Tree: Decodable {
  case object([Key: Tree])
  case array([Tree])
  case string(String)
  case other

  /// Compared byte by byte, not as text.
  struct Key: Hashable, CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
    static func == (left: Key, right: Key) -> Bool {
      left.stringValue.utf8.elementsEqual(right.stringValue.utf8)
    }
    func hash(into hasher: inout Hasher) { hasher.combine(Array(stringValue.utf8)) }
  }

  init(from decoder: any Decoder) throws {
    if let object = try? decoder.container(keyedBy: Key.self) {
      self = .object(
        try Dictionary(
          object.allKeys.map { ($0, try object.decode(Tree.self, forKey: $0)) },
          uniquingKeysWith: { first, _ in first }))
    } else if var array = try? decoder.unkeyedContainer() {
      var elements: [Tree] = []
      while !array.isAtEnd { elements.append(try array.decode(Tree.self)) }
      self = .array(elements)
    } else {
      let single = try decoder.singleValueContainer()
      self = (try? single.decode(String.self)).map { .string($0) } ?? .other
    }
  }

  func value(at tokens: ArraySlice<String>) -> String? {
    switch self {
    case .object(let members):
      return tokens.first.flatMap { members[Key(stringValue: $0)] }?.value(at: tokens.dropFirst())
    case .array(let elements):
      guard let index = tokens.first.flatMap({ Int($0) }), elements.indices.contains(index) else {
        return nil
      }
      return elements[index].value(at: tokens.dropFirst())
    case .string(let text): return tokens.isEmpty ? text : nil
    case .other: return nil
    }
  }
}
