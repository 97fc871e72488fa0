import Testing

@testable import RotationEngine

@Suite struct ScheduleTests {
  @Test("It agrees with a naive list", arguments: 1...20)
  func model(seed: Int) {
    agreesWithList(Schedule<SlotPlaces>(), seed)
    agreesWithList(Schedule<[Int: Int]>(), seed)
  }

  private func agreesWithList<Places: PlaceTable>(_ empty: Schedule<Places>, _ seed: Int)
  where Places.Target == Int {
    var generator = SeededGenerator(seed: UInt64(seed))
    var schedule = empty
    var naive: [Int: WallTime] = [:]
    for _ in 0..<2000 {
      let target = Int.random(in: 0..<60, using: &generator)
      let time = WallTime(millisecondsSinceEpoch: .random(in: 0..<500, using: &generator))
      switch Int.random(in: 0..<10, using: &generator) {
      case 0...5:
        schedule.set(time, for: target)
        naive[target] = time
      case 6...7:
        schedule.set(nil, for: target)
        naive[target] = nil
      default:
        let due = schedule.popDue(at: time)
        #expect((due == nil) == !naive.values.contains { $0 <= time })
        if let due {
          #expect(naive[due] == naive.values.min())
          naive[due] = nil
        }
      }
      #expect(schedule.count == naive.count)
      #expect(schedule.earliest == naive.values.min())
      #expect(schedule.first.map { naive[$0.target] == $0.deadline } ?? naive.isEmpty)
    }
  }
}
