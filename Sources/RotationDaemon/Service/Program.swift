import RotationEngine

/// What this build is.
package enum Program {
  /// The version, as `--version`, the User-Agent and the package say it.
  package static let version = "1.0.0"

  /// The day of the release: while the clock is before it, nothing is declared expired (contract, rule 13).
  ///
  /// A constant rather than the compiler's clock, so that a build can be reproduced.
  package static let buildDate = WallTime(millisecondsSinceEpoch: 1_795_392_000_000)
}
