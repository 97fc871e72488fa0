import RotationEngine

/// What a node of a cluster changes in its loop.
extension RotationLoop {
  /// Works on other credentials of the configuration than before.
  func changeShare(
    _ settings: Settings, records: [CredentialRecord] = [], unfinished: [Attempt] = []
  ) {
    watch(settings)
    post(.shareChanged(settings, records, unfinished: unfinished))
  }

  /// Whether nothing is under way for credentials that are not this node's any more, and all is written down.
  func isDone(with keys: some Sequence<CredentialKey>) -> Bool {
    isAtRest && !keys.contains { engine.isDeparting($0) }
  }
}
