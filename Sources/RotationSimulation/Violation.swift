import RotationEngine

/// A rule that was broken.
package struct Violation: Error, Hashable, Sendable {
  /// Which, in a few words.
  package var rule: String
  /// What was seen.
  package var detail: String
  /// When, since the start of the simulation.
  package var at: TimeSpan
}

/// The process ended between two effects.
struct ProcessKilled: Error {}
