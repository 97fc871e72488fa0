import Testing

@testable import RotationEngine

@Suite struct RequestBudgetTests {
  @Test("A place is free again a minute after its request ended")
  func frees() {
    var budget = RequestBudget(limit: 2)
    for _ in 0..<2 {
      #expect(budget.permits(at: .zero))
      budget.start()
    }
    #expect(!budget.permits(at: .zero))
    #expect(budget.nextFree == nil)
    budget.end(at: .seconds(5))
    budget.cancel()
    #expect(budget.permits(at: .seconds(5)))
    budget.start()
    #expect(budget.nextFree == .seconds(65))
    #expect(!budget.permits(at: .milliseconds(64_999)))
    #expect(budget.permits(at: .seconds(65)))
  }

  @Test("A new limit inherits what an earlier one saw")
  func inherits() {
    var before = RequestBudget(limit: 100)
    for second in 0..<50 {
      before.start()
      before.end(at: .seconds(Int64(second)))
    }
    before.start()
    var after = RequestBudget(limit: 10)
    after.inherit(before)
    #expect(after.inFlight == 1)
    #expect(!after.permits(at: .seconds(60)))
    #expect(!after.permits(at: .seconds(100)))
    #expect(after.permits(at: .seconds(101)))
  }

  @Test(
    "No minute on the server's clock sees more than the limit, whatever the delays",
    arguments: 1...40)
  func property(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let limit = Int.random(in: 1...40, using: &generator)
    let slowest = Int64.random(in: 1...90_000, using: &generator)
    var budget = RequestBudget(limit: limit)
    var underway: [(arrives: Int64, ends: Int64)] = []
    var arrivals: [Int64] = []
    var now: Int64 = 0
    while now < 600_000 {
      for request in underway where request.ends <= now {
        budget.end(at: .milliseconds(request.ends))
      }
      underway.removeAll { $0.ends <= now }
      while Int.random(in: 0..<4, using: &generator) > 0, budget.allows(at: .milliseconds(now)) {
        budget.start()
        let ends = now + Int64.random(in: 0...slowest, using: &generator)
        let arrives = Int64.random(in: now...ends, using: &generator)
        underway.append((arrives, max(ends, now + 1)))
        arrivals.append(arrives)
      }
      #expect(budget.inFlight == underway.count)
      now += Int64.random(in: 1...400, using: &generator)
    }
    arrivals.sort()
    for index in arrivals.indices where index + limit < arrivals.count {
      #expect(arrivals[index + limit] - arrivals[index] >= 60_000)
    }
    #expect(arrivals.count > limit)
  }
}

extension RequestBudget {
  fileprivate func permits(at steady: TimeSpan) -> Bool {
    var copy = self
    return copy.allows(at: steady)
  }
}
