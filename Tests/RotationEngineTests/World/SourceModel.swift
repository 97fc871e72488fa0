@testable import RotationEngine

/// What a source holds in the test world.
enum SourceModel: Hashable {
  /// A value, and the date that comes out of it.
  case value(String, expiration: WallTime? = nil)
  /// It gives none.
  case failing(SourceFailure)
  /// It does not answer: its reader is given up after 10 s.
  case silent

  static let missing = SourceModel.failing(SourceFailure(.missing, "no such file /run/secret"))

  var result: Result<Reading, SourceFailure> {
    switch self {
    case .value(let text, let expiration):
      .success(Reading(fingerprint: Fingerprint(of: text), expiration: expiration))
    case .failing(let failure): .failure(failure)
    case .silent: .failure(SourceFailure(.timedOut, "/run/secret did not answer within 10s"))
    }
  }

  var delay: TimeSpan { self == .silent ? .seconds(10) : .milliseconds(5) }
}

extension Fingerprint {
  /// The fingerprint of a text, for tests: its first bytes.
  init(of text: String) {
    let bytes = Array((text + String(repeating: ".", count: 32)).utf8.prefix(32))
    guard let fingerprint = Fingerprint(bytes: bytes) else { preconditionFailure("32 bytes") }
    self = fingerprint
  }

  /// The text that a test made it of.
  var text: String {
    String(decoding: bytes, as: UTF8.self).split(separator: ".").first.map(String.init) ?? ""
  }
}

/// The random numbers of a test, from a seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
