/// An optional that takes one word in line: for what few credentials have, and then pay for with an allocation.
@propertyWrapper
public enum Rare<Value> {
  /// Nil.
  case none
  /// A value, on the heap.
  indirect case some(Value)

  /// Nil.
  public init() { self = .none }

  /// A value, or nil.
  public init(wrappedValue: Value?) {
    if let wrappedValue { self = .some(wrappedValue) } else { self = .none }
  }

  /// The value, or nil.
  public var wrappedValue: Value? {
    get { if case .some(let value) = self { value } else { nil } }
    set { self = Rare(wrappedValue: newValue) }
  }
}

extension Rare: Equatable where Value: Equatable {}
extension Rare: Hashable where Value: Hashable {}
extension Rare: Sendable where Value: Sendable {}
