import Testing

@testable import RotationEngine

/// `settle`: a content counts once it has held still, whatever writers do.
@Suite struct SourceObservationTests {
  /// One source, one reader, and a writer that follows a script, in virtual time.
  private struct Bench {
    var source = SourceObservation(settle: .milliseconds(500), canChange: true)
    var content = Result<Reading, SourceFailure>.success(
      Reading(fingerprint: Fingerprint(of: "a")))
    var settled: [(at: Int64, text: String)] = []
    var readings = 0
    var readerEndsAt: Int64?
    var seen: Result<Reading, SourceFailure>?
    var hasInotify = true

    func moment(_ time: Int64) -> Moment {
      Moment(
        wall: WallTime(millisecondsSinceEpoch: time), steady: .milliseconds(time), randomness: 0)
    }

    /// Nothing is what a truncated file holds.
    mutating func write(_ text: String, at time: Int64) {
      content =
        text.isEmpty
        ? .failure(SourceFailure(.empty, "empty"))
        : .success(Reading(fingerprint: Fingerprint(of: text)))
      if hasInotify { source.touched(moment(time)) }
    }

    /// Runs, a millisecond at a time; a reading takes two.
    mutating func run(_ range: Range<Int64>, known: String? = nil, _ script: [Int64: String] = [:])
    {
      for time in range {
        if let write = script[time] { self.write(write, at: time) }
        if let end = readerEndsAt, end <= time, let seen {
          readerEndsAt = nil
          let outcome = source.ended(
            seen, known: known.map { Fingerprint(of: $0) }, moment: moment(time))
          switch outcome {
          case .settled(let reading): settled.append((time, reading.fingerprint.text))
          case .failed: settled.append((time, "failed"))
          case .unsettled: break
          }
        }
        let isDue = source.nextReadAt.map { $0.millisecondsSinceEpoch <= time } ?? (time == 0)
        if isDue, !source.isReading {
          source.started(moment(time))
          readings += 1
          readerEndsAt = time + 2
          seen = content
        }
      }
    }

    var texts: [String] { settled.map(\.text) }
  }

  private func settledOnA() -> Bench {
    var bench = Bench()
    bench.run(0..<1000)
    #expect(bench.texts == ["a"])
    bench.settled = []
    return bench
  }

  @Test("A first value settles after its time; one that is known counts at once")
  func first() {
    var bench = Bench()
    bench.run(0..<1000)
    #expect(bench.texts == ["a"])
    #expect((500...510).contains(bench.settled[0].at))
    var known = Bench()
    known.run(0..<1000, known: "a")
    #expect(known.settled.map(\.at) == [2])
  }

  @Test("A source that cannot change counts at once")
  func fixed() {
    var bench = Bench()
    bench.source.canChange = false
    bench.run(0..<1000)
    #expect(bench.settled.map(\.at) == [2])
  }

  @Test("Rename-over: one settle time after the event")
  func rename() {
    var bench = settledOnA()
    bench.run(1000..<3000, [1200: "b"])
    #expect(bench.texts == ["b"])
    #expect((1700...1710).contains(bench.settled[0].at))
  }

  @Test("In-place writes with truncation: neither emptiness nor a part is ever believed")
  func truncation() {
    var bench = settledOnA()
    bench.run(1000..<4000, [1100: "", 1150: "b1", 1400: "b1b2", 1800: "b1b2b3"])
    #expect(bench.texts == ["b1b2b3"])
    #expect(bench.settled[0].at >= 2300)
    #expect(bench.source.isSettling == false)
  }

  @Test("A failure in the middle of a replacement is waited out; one that lasts is a failure")
  func replacement() {
    var bench = settledOnA()
    bench.run(1000..<3000, [1100: "", 1300: "b"])
    #expect(bench.texts == ["b"])
    var lasting = settledOnA()
    lasting.run(1000..<3000, [1100: ""])
    #expect(lasting.texts == ["failed"])
    #expect((1600...1610).contains(lasting.settled[0].at))
    #expect(lasting.source.reading == nil)
  }

  @Test("A source that does not answer was waited for already")
  func timedOut() {
    var bench = settledOnA()
    bench.content = .failure(SourceFailure(.timedOut, "no answer"))
    bench.source.touched(bench.moment(1000))
    bench.run(1001..<1100)
    #expect(bench.texts == ["failed"])
  }

  @Test("Flapping: nothing settles while it flaps; what stays does; back to the old at once")
  func flapping() {
    var bench = settledOnA()
    var script: [Int64: String] = [:]
    for turn in 0..<20 { script[1000 + Int64(turn) * 200] = turn % 2 == 0 ? "b" : "c" }
    bench.run(1000..<4900, script)
    #expect(bench.texts == [])
    bench.run(4900..<6000)
    #expect(bench.texts == ["c"])
    bench.settled = []
    bench.run(6000..<6300, [6100: "d", 6200: "c"])
    #expect(bench.texts == ["c"])
  }

  @Test("A writer that never pauses costs at most ten readings a settle time")
  func restless() {
    var bench = settledOnA()
    let before = bench.readings
    var script: [Int64: String] = [:]
    for time in Int64(1000)..<6000 { script[time] = "x\(time)" }
    bench.run(1000..<6000, script)
    #expect(bench.texts == [])
    #expect((20...101).contains(bench.readings - before))
    bench.run(6000..<7000)
    #expect(bench.texts == ["x5999"])
  }

  @Test("A writer that never pauses and changes nothing costs no more")
  func touches() {
    var bench = settledOnA()
    let before = bench.readings
    var script: [Int64: String] = [:]
    for time in Int64(1000)..<3000 { script[time] = "a" }
    bench.run(1000..<3000, script)
    #expect(Set(bench.texts) == ["a"])
    #expect(bench.readings - before <= 41)
  }

  @Test("Polling without inotify: two readings a settle time apart")
  func polling() {
    var bench = settledOnA()
    bench.hasInotify = false
    bench.write("b", at: 1000)
    bench.source.readNoLater(than: WallTime(millisecondsSinceEpoch: 2000))
    bench.run(1001..<4000)
    #expect(bench.texts == ["b"])
    #expect((2500...2510).contains(bench.settled[0].at))
  }

  @Test("A change during a reading is read again")
  func during() {
    var bench = settledOnA()
    bench.source.readNoLater(than: WallTime(millisecondsSinceEpoch: 1000))
    bench.run(1000..<2000, [1001: "b"])
    #expect(bench.texts == ["a", "b"])
  }

  @Test("A wall clock that goes back puts no reading off for longer than the settle time")
  func clock() {
    var bench = settledOnA()
    bench.run(1000..<1100, [1000: "b"])
    let wall = WallTime(millisecondsSinceEpoch: -90_000_000)
    bench.source.clamp(to: .hours(1), from: wall)
    #expect(bench.source.nextReadAt.map { $0 <= wall + .milliseconds(500) } == true)
  }

  @Test("A source is stale while it is read, settles, or is due")
  func stale() {
    var bench = settledOnA()
    let now = WallTime(millisecondsSinceEpoch: 1000)
    #expect(!bench.source.isStale(at: now))
    bench.source.readNoLater(than: now)
    #expect(bench.source.isStale(at: now))
    bench.source.started(bench.moment(1000))
    #expect(bench.source.isStale(at: now))
  }
}
