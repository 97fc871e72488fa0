import RotationEngine
import Testing

@testable import ClusterState

@Suite struct SendingRightTests {
  let right = SendingRight()

  @Test func `it stands until its time, by a clock that goes on in suspend`() {
    #expect(!right.stands)
    right.extend(to: SteadyClock.now + .minutes(1))
    #expect(right.stands)
    right.extend(to: SteadyClock.now)
    #expect(!right.stands)
  }

  @Test func `a permit of before it ended is none when it is back`() {
    right.extend(to: SteadyClock.now + .minutes(1))
    let permit = right.permit()
    #expect(permit())
    right.extend(to: SteadyClock.now + .minutes(2))
    #expect(permit())
    right.end()
    #expect(!permit())
    right.extend(to: SteadyClock.now + .minutes(1))
    #expect(!permit())
    #expect(right.permit()())
  }
}
