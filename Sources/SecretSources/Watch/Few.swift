/// A set that mostly has one element, which then costs no allocation.
package enum Few<Element: Hashable & Sendable>: Sendable {
  /// None.
  case none
  /// One.
  case one(Element)
  /// Two or more.
  case several(Set<Element>)

  /// A set of these.
  package init(_ elements: some Collection<Element>) {
    guard let first = elements.first else {
      self = .none
      return
    }
    self = elements.count == 1 ? .one(first) : .several(Set(elements))
  }

  /// Whether it has none.
  package var isEmpty: Bool { all.isEmpty }

  /// Its elements.
  package var all: Set<Element> {
    switch self {
    case .none: []
    case .one(let element): [element]
    case .several(let elements): elements
    }
  }

  /// Adds an element, unless it is there.
  package mutating func insert(_ element: Element) {
    switch self {
    case .none: self = .one(element)
    case .one(element): break
    case .one, .several: self = Few(all.union([element]))
    }
  }

  /// Takes an element out, if it is there.
  package mutating func remove(_ element: Element) { self = Few(all.subtracting([element])) }
}

extension Few: ExpressibleByArrayLiteral {
  package init(arrayLiteral elements: Element...) { self.init(Set(elements)) }
}
