/// An optional that takes one word in line: for what few credentials have, and then pay for with an allocation.
enum Rare<Value> {
  case none
  indirect case some(Value)

  init(_ value: Value?) {
    if let value { self = .some(value) } else { self = .none }
  }

  var value: Value? {
    if case .some(let value) = self { value } else { nil }
  }
}

extension Rare: Equatable where Value: Equatable {}
extension Rare: Hashable where Value: Hashable {}
extension Rare: Sendable where Value: Sendable {}
