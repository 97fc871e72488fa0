import Testing

/// Why a test cannot go on.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// The longest that a test waits for an event, in seconds: far more than any machine needs.
///
/// Nothing is said about how long anything takes. It only makes a hang a failure with a reason.
let patience = 150.0

extension Trait where Self == TimeLimitTrait {
  /// The limit of a test that hangs although nothing it waits for may take longer than `patience`.
  ///
  /// It counts from when all tests start together, so that it includes their waiting for one another.
  static var limited: Self { .timeLimit(.minutes(20)) }
}
