import Glibc
import Testing

@testable import RotationEngine

/// What one event costs does not grow with the number of credentials.
@Suite struct GrowthTests {
  private static let few = 200
  private static let many = 20_000
  private static let events = 300

  /// CPU of this thread alone, and the least of some runs: other work on the machine does not count.
  ///
  /// Whatever looks at all credentials would cost a hundred times as much.
  @Test func anEventCostsTheSameWithManyCredentials() throws {
    let small = try Self.leastCost(among: Self.few)
    let large = try Self.leastCost(among: Self.many)
    #expect(large < 8 * small, "\(small) ns with \(Self.few), \(large) ns with \(Self.many)")
  }

  private static func leastCost(among count: Int) throws -> Int64 {
    let fingerprint = try #require(Fingerprint(bytes: [UInt8](repeating: 7, count: 32)))
    var time: Int64 = 1_800_000_000_000
    func moment() -> Moment {
      time += 100
      return Moment(
        wall: WallTime(millisecondsSinceEpoch: time), steady: .milliseconds(time), randomness: 1)
    }
    var engine = Engine(
      settings: settings(count), instance: InstanceRecord(),
      buildDate: WallTime(millisecondsSinceEpoch: 0))
    var said = engine.start(records: records(count, fingerprint), unfinished: [], at: moment())
      .count
    let reading = Result<Reading, SourceFailure>.success(Reading(fingerprint: fingerprint))
    for number in 1...Int64(count) {
      said += engine.handle(.sourceRead(key(number), reading), at: moment()).count
    }
    var least = Int64.max
    for _ in 0..<5 {
      let begin = cpu()
      for event in 0..<events {
        let key = key(Int64(1 + event * 61 % few))
        said += engine.handle(.sourceTouched(key), at: moment()).count
        said += engine.handle(.sourceRead(key, reading), at: moment()).count
      }
      least = min(least, cpu() - begin)
    }
    #expect(said >= count, "every source is read")
    return least
  }

  private static func key(_ number: Int64) -> CredentialKey {
    CredentialKey(connection: 1 + number % 50, id: number)
  }

  private static func settings(_ count: Int) -> Settings {
    Settings(
      api: APISettings(url: "https://acme.getdx.net", token: Source(.file(path: "/run/key"))),
      credentials: (1...Int64(count)).map { number in
        let file = Source(.file(path: "/run/secrets/\(number)"))
        return CredentialSettings(
          name: "c\(number)", key: key(number),
          secrets: [CredentialSettings.Secret(key: "api_token", source: file)])
      })
  }

  private static func records(_ count: Int, _ fingerprint: Fingerprint) -> [CredentialRecord] {
    (1...Int64(count)).map { number in
      var record = CredentialRecord(key: key(number), name: "c\(number)")
      record.revision = 1
      record.accepted = AcceptedValue(
        fingerprint: fingerprint, at: WallTime(millisecondsSinceEpoch: 1_700_000_000_000),
        origin: .pushed)
      return record
    }
  }

  /// Nanoseconds.
  private static func cpu() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
