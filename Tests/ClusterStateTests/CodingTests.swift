import RotationEngine
import StateStore
import Testing

@testable import ClusterState

/// Values in etcd; that records of every shape come back is the conformance suite's.
@Suite struct CodingTests {
  @Test(arguments: [0, 1, -1, 63, 64, -64, -65, 1_795_435_200_000, .max, .min] as [Int64])
  func `numbers of every size come back`(number: Int64) throws {
    var value = StoredValue()
    value.add(number)
    value.add(String?.none)
    value.add("a")
    var reader = try StoredValueReader(value.bytes, of: "k")
    #expect(reader.optionalInteger() == number)
    #expect(reader.optionalText() == nil)
    #expect(reader.optionalText() == "a")
    #expect(reader.optionalText() == nil)
    try reader.finish()
  }

  @Test func `damage is said, or harmless, and never ends the program`() throws {
    var record = Sample.record()
    record.accepted = AcceptedValue(fingerprint: Sample.fingerprint, at: noon, origin: .pushed)
    record.lastError = LastError(at: noon, kind: .verification, error: "no")
    record.alerts = [StandingAlert(kind: .expired, severity: .critical, since: noon, saidAt: noon)]
    let bytes = StoredValue(record, revision: 3).bytes
    record.revision = 3
    var reader = try StoredValueReader(bytes, of: "k")
    #expect(try reader.record() == record)
    var refused = 0
    var generator = SystemRandomNumberGenerator()
    for position in bytes.indices {
      for damaged in [Array(bytes[..<position]), Self.flipped(bytes, position, &generator)] {
        do throws(StateError) {
          var reader = try StoredValueReader(damaged, of: "k")
          _ = try reader.record()
        } catch {
          switch error {
          case .unreadable("k", _), .newer("k", _, _): refused += 1
          default: Issue.record("\(error)")
          }
        }
      }
    }
    #expect(refused > bytes.count / 2)
  }

  private static func flipped(
    _ bytes: [UInt8], _ position: Int, _ generator: inout some RandomNumberGenerator
  ) -> [UInt8] {
    var bytes = bytes
    bytes[position] ^= UInt8.random(in: 1...255, using: &generator)
    return bytes
  }
}
