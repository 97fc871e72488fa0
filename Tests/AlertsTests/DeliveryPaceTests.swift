import RotationEngine
import Testing

@testable import Alerts

@Suite struct DeliveryPaceTests {
  /// The times, in seconds, at which deliveries happen that are all wanted at once from `start` on.
  private func times(_ count: Int, from start: Int64, _ pace: inout DeliveryPace) -> [Int64] {
    var now = TimeSpan.seconds(start)
    return (0..<count).map { _ in
      now = now + pace.wait(at: now)
      pace.count(at: now)
      return now.milliseconds / 1000
    }
  }

  @Test func tenAreToldAtOnceAndThenOneEveryTenSeconds() {
    var pace = DeliveryPace()
    #expect(times(13, from: 1000, &pace) == Array(repeating: 1000, count: 10) + [1010, 1020, 1030])
  }

  @Test func theBurstComesBackWithTime() {
    var pace = DeliveryPace()
    _ = times(10, from: 1000, &pace)
    #expect(times(4, from: 1030, &pace) == [1030, 1030, 1030, 1040])
    #expect(times(11, from: 9000, &pace) == Array(repeating: 9000, count: 10) + [9010])
  }
}
