/// An optional time, or span of time, in one word instead of two: the least number stands for nil.
///
/// A hundred thousand credentials have a dozen of these each.
@propertyWrapper
public struct Packed<Time: InMilliseconds>: Hashable, Sendable {
  private var milliseconds = Int64.min

  /// Nil.
  public init() {}

  /// A time, or nil.
  public init(wrappedValue: Time?) { self.wrappedValue = wrappedValue }

  /// The time, or nil.
  public var wrappedValue: Time? {
    get { milliseconds == .min ? nil : Time(inMilliseconds: milliseconds) }
    set { milliseconds = newValue.map { max($0.inMilliseconds, .min + 1) } ?? .min }
  }
}

/// What is a number of milliseconds.
public protocol InMilliseconds: Hashable, Sendable {
  /// Makes it of the number.
  init(inMilliseconds: Int64)
  /// The number.
  var inMilliseconds: Int64 { get }
}

extension WallTime: InMilliseconds {
  /// The point so many milliseconds after the epoch.
  public init(inMilliseconds: Int64) { self.init(millisecondsSinceEpoch: inMilliseconds) }
  /// Milliseconds since the epoch.
  public var inMilliseconds: Int64 { millisecondsSinceEpoch }
}

extension TimeSpan: InMilliseconds {
  /// The span of so many milliseconds.
  public init(inMilliseconds: Int64) { self = .milliseconds(inMilliseconds) }
  /// Its milliseconds.
  public var inMilliseconds: Int64 { milliseconds }
}
