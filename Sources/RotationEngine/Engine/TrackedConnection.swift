/// A connection: whose list is read for all its credentials.
struct TrackedConnection {
  /// The slots of its credentials.
  var slots: [Int] = []
  /// When its list is read next.
  var nextListAt: WallTime?
  /// Whether its list waits for its turn.
  var isQueued = false
  /// Whether its list is being read.
  var isListing = false
  /// How many lists in a row failed.
  var failures = 0
  /// How many of its credentials are on their way to DX.
  var busyCount = 0
  /// Whether a push was accepted since its list was last asked for.
  var wantsList = false
}
