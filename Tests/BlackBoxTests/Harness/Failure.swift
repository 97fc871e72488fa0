/// Why a test cannot go on.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// The longest that a test waits for an event, in seconds: far more than any machine needs.
///
/// Nothing is said about how long anything takes. It only makes a hang a failure with a reason.
let patience = 60.0
