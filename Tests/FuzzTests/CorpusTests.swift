import Foundation
import Testing

/// Every input that is kept, and every one that once showed a defect, handed over again.
@Suite(.timeLimit(.minutes(2))) struct CorpusTests {
  @Test(arguments: Subject.allCases)
  func nothingIsFoundInTheCorpus(subject: Subject) throws {
    let inputs = try Self.inputs(of: subject)
    #expect(inputs.count >= 5)
    for (name, input) in inputs {
      #expect(throws: Never.self, "\(subject.rawValue)/\(name)") { try subject.take(input) }
    }
  }

  /// What libFuzzer does in minutes, in little: each input cut, and with bytes changed.
  @Test(arguments: Subject.allCases)
  func norInWhatIsNearIt(subject: Subject) throws {
    var random = SplitMix(state: 42)
    for (name, input) in try Self.inputs(of: subject) where !input.isEmpty {
      for round in 0..<20 {
        var near = input
        if round.isMultiple(of: 4) {
          near.removeLast(Int.random(in: 0..<near.count, using: &random))
        }
        for _ in 0..<min(round, near.count) {
          near[Int.random(in: 0..<near.count, using: &random)] = .random(
            in: 0...255, using: &random)
        }
        #expect(throws: Never.self, "\(subject.rawValue)/\(name) \(round): \(near)") {
          try subject.take(near)
        }
      }
    }
  }

  private static func inputs(of subject: Subject) throws -> [(name: String, bytes: [UInt8])] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Corpora/\(subject.rawValue)").path
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map {
      ($0, contents("\(folder)/\($0)"))
    }
  }
}

/// The same numbers for the same seed (SplitMix64).
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }
}
