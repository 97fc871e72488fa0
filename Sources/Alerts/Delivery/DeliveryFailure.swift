import RotationEngine

/// Why a channel did not take an alert.
package struct DeliveryFailure: Error, Hashable, Sendable {
  /// In plain words, without a full stop; no secret is in them.
  package var message: String
  /// How long the channel asked to be left alone.
  package var retryAfter: TimeSpan?
  /// Whether it is for a source that its address or a header comes from.
  package var isSource: Bool

  /// Makes a failure.
  package init(_ message: String, retryAfter: TimeSpan? = nil, isSource: Bool = false) {
    self.message = message
    self.retryAfter = retryAfter
    self.isSource = isSource
  }
}
