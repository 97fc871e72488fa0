import RotationEngine

/// What may stand at a key: how it is read, and which values are in range.
struct ValueType<Value: Sendable>: Sendable {
  /// What documentation and messages call it: `a span of time`.
  let name: String
  /// The values that are in range, in words that follow "must be": `from 1 to 256`.
  let range: String?
  /// Reads a value as written; reports what keeps it from being one, and then returns nil.
  let read: @Sendable (Node, KeyPath, inout Problems) -> Value?
  /// What a value that is out of range is called; nil: it is in range.
  let excess: @Sendable (Value) -> String?

  init(
    _ name: String, range: String? = nil,
    excess: @escaping @Sendable (Value) -> String? = { _ in nil },
    read: @escaping @Sendable (Node, KeyPath, inout Problems) -> Value?
  ) {
    self.name = name
    self.range = range
    self.read = read
    self.excess = excess
  }

  /// The same for a key that may be left out.
  var optional: ValueType<Value?> {
    ValueType<Value?>(
      name, range: range, excess: { $0.flatMap(excess) },
      read: { node, path, problems in read(node, path, &problems).map { .some($0) } })
  }
}

extension Problems {
  /// Reports a value of another kind than the key takes.
  mutating func wrongKind(_ node: Node, at path: KeyPath, wanted: String) {
    error("\(path) must be \(wanted), not \(node.value.kind)", at: node.position)
  }
}

extension ValueType where Value == Bool {
  static var boolean: Self {
    ValueType("true or false") { node, path, problems in
      if case .boolean(let value) = node.value { return value }
      problems.wrongKind(node, at: path, wanted: "true or false")
      return nil
    }
  }
}

extension ValueType where Value: FixedWidthInteger {
  static func integer(_ bounds: ClosedRange<Value>) -> Self {
    let isOpen = bounds.upperBound == .max
    return ValueType(
      "an integer",
      range: isOpen
        ? "\(bounds.lowerBound) or more" : "from \(bounds.lowerBound) to \(bounds.upperBound)",
      excess: { bounds.contains($0) ? nil : "\($0)" },
      read: { node, path, problems in
        if case .integer(let value) = node.value { return Value(clamping: value) }
        problems.wrongKind(node, at: path, wanted: "an integer")
        return nil
      })
  }
}

extension ValueType where Value == Double {
  static func number(_ bounds: ClosedRange<Int64>) -> Self {
    ValueType(
      "a number", range: "from \(bounds.lowerBound) to \(bounds.upperBound)",
      excess: { value in
        let isWithin = Double(bounds.lowerBound)...Double(bounds.upperBound) ~= value
        return isWithin ? nil : "\(value)"
      },
      read: { node, path, problems in
        switch node.value {
        case .number(let value): return value
        case .integer(let value): return Double(value)
        default:
          problems.wrongKind(node, at: path, wanted: "a number")
          return nil
        }
      })
  }
}

extension ValueType where Value == TimeSpan {
  static func span(_ bounds: ClosedRange<TimeSpan>) -> Self {
    ValueType(
      "a span of time", range: "from \(bounds.lowerBound) to \(bounds.upperBound)",
      excess: { bounds.contains($0) ? nil : "\($0)" },
      read: { node, path, problems in
        switch node.value {
        case .string(let text):
          do throws(SpanOfTime.Problem) {
            return try SpanOfTime.parse(text)
          } catch {
            problems.error("\(path) \(error.message)", at: node.position)
          }
        case .integer(let value) where value >= 0:
          problems.error(
            "\(path) is a bare number; write \"\(value)s\" for seconds", at: node.position)
        default:
          problems.wrongKind(node, at: path, wanted: #"a span of time such as "30s""#)
        }
        return nil
      })
  }
}

extension ValueType where Value == TimeSpan {
  static func wholeSeconds(_ bounds: ClosedRange<TimeSpan>) -> Self {
    let span = span(bounds)
    return ValueType(
      span.name, range: span.range.map { "\($0), in whole seconds" },
      excess: { span.excess($0) ?? ($0.milliseconds % 1000 == 0 ? nil : "\($0)") },
      read: span.read)
  }
}

extension ValueType where Value == RetryPolicy.Hold {
  static func hold(_ bounds: ClosedRange<TimeSpan>) -> Self {
    let span = ValueType<TimeSpan>.span(bounds)
    return ValueType(
      #"a span of time, or "never""#, range: span.range.map { #"\#($0), or "never""# },
      excess: { hold in
        switch hold {
        case .every(let interval): span.excess(interval)
        case .never: nil
        }
      },
      read: { node, path, problems in
        if case .string("never") = node.value { return .never }
        return span.read(node, path, &problems).map { .every($0) }
      })
  }
}

extension ValueType
where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  static var choice: Self {
    let names = Value.allCases.map { $0.rawValue.quoted }
    let list = names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    return ValueType(list) { node, path, problems in
      guard case .string(let text) = node.value else {
        problems.wrongKind(node, at: path, wanted: list)
        return nil
      }
      if let value = Value(rawValue: text) { return value }
      let near = text.nearest(among: Value.allCases.map(\.rawValue))
      let hint = near.map { "; did you mean \($0.quoted)?" } ?? ""
      problems.error("\(path) must be \(list)\(hint)", at: node.position)
      return nil
    }
  }
}
