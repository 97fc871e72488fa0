import Dispatch
import Glibc
import RotationEngine
import SecretMemory
import Testing

@testable import SecretSources

/// A pool on a queue of its own, and what it answered.
private final class Pool: @unchecked Sendable {
  // `answers` is confined to `queue`; that is why @unchecked holds.
  let queue = DispatchQueue(label: "reader-threads-test")
  let threads: ReaderThreads<String>
  private var answers: [String: Result<String, SourceFailure>] = [:]
  private let answered = DispatchSemaphore(value: 0)

  init(deadline: TimeSpan) {
    threads = ReaderThreads(queue: queue, deadline: deadline)
  }

  func read(_ subject: String, _ work: @escaping @Sendable () -> Result<String, SourceFailure>) {
    queue.sync {
      threads.read(subject, named: "credential \(subject)", work: work) { result in
        dispatchPrecondition(condition: .onQueue(self.queue))
        self.answers[subject] = result
        self.answered.signal()
      }
    }
  }

  /// Waits for one more answer; false if none comes.
  func waitForAnswer() -> Bool { answered.wait(timeout: .now() + 30) == .success }

  func answer(to subject: String) -> Result<String, SourceFailure>? {
    queue.sync { answers.removeValue(forKey: subject) }
  }

  var threadCount: Int { queue.sync { threads.threadCount } }

  /// Waits until so many threads are left.
  func waitForThreads(_ count: Int) -> Bool {
    let end = DispatchTime.now() + 30
    while threadCount != count, .now() < end { usleep(1000) }
    return threadCount == count
  }
}

@Suite("Reads that may hang")
struct ReaderThreadsTests {
  @Test("Every read is answered, on the queue, and no thread is left")
  func manyReads() {
    let pool = Pool(deadline: .seconds(60))
    for number in 0..<200 { pool.read("\(number)") { .success("value \(number)") } }
    for _ in 0..<200 { #expect(pool.waitForAnswer()) }
    for number in 0..<200 {
      #expect(pool.answer(to: "\(number)") == .success("value \(number)"))
    }
    #expect(pool.threadCount == 0)
  }

  @Test("No more than four reads go on at a time")
  func lanes() {
    let pool = Pool(deadline: .seconds(60))
    let gate = DispatchSemaphore(value: 0)
    for number in 0..<6 {
      pool.read("\(number)") {
        gate.wait()
        return .success("")
      }
    }
    #expect(pool.threadCount == 4)
    for _ in 0..<6 { gate.signal() }
    for _ in 0..<6 { #expect(pool.waitForAnswer()) }
    #expect(pool.threadCount == 0)
  }

  @Test("A reader that hangs is given up; its subject waits for it, others go on")
  func givenUp() {
    let pool = Pool(deadline: .milliseconds(50))
    let gate = DispatchSemaphore(value: 0)
    pool.read("stuck") {
      gate.wait()
      return .success("late")
    }
    #expect(pool.waitForAnswer())
    let timedOut = SourceFailure(.timedOut, "credential stuck: did not answer within 50ms")
    #expect(pool.answer(to: "stuck") == .failure(timedOut))
    #expect(pool.threadCount == 1)

    pool.read("stuck") { .success("must not be read") }
    #expect(pool.waitForAnswer())
    let still = SourceFailure(.timedOut, "credential stuck: still does not answer")
    #expect(pool.answer(to: "stuck") == .failure(still))

    // What the given-up reader brings is answered to nobody; then its subject is read again.
    gate.signal()
    #expect(pool.waitForThreads(0))
    #expect(pool.answer(to: "stuck") == nil)
    pool.read("stuck") { .success("again") }
    #expect(pool.waitForAnswer())
    #expect(pool.answer(to: "stuck") == .success("again"))
  }

  @Test("Four may be given up besides four lanes; then the lanes fill, and all are answered")
  func manyHang() {
    let pool = Pool(deadline: .milliseconds(50))
    let gate = DispatchSemaphore(value: 0)
    for number in 0..<4 {
      pool.read("stuck \(number)") {
        gate.wait()
        return .success("")
      }
    }
    for _ in 0..<4 { #expect(pool.waitForAnswer()) }
    #expect(pool.threadCount == 4)
    pool.read("healthy") { .success("value") }
    #expect(pool.waitForAnswer())
    #expect(pool.answer(to: "healthy") == .success("value"))

    for number in 4..<12 {
      pool.read("stuck \(number)") {
        gate.wait()
        return .success("")
      }
    }
    for _ in 4..<12 { #expect(pool.waitForAnswer()) }
    #expect(pool.threadCount == 8)
    for number in 0..<12 {
      guard case .failure(let failure) = pool.answer(to: "stuck \(number)") else {
        Issue.record("stuck \(number) has no failure")
        continue
      }
      #expect(failure.kind == .timedOut)
    }

    for _ in 0..<8 { gate.signal() }
    #expect(pool.waitForThreads(0))
    pool.read("healthy") { .success("value") }
    #expect(pool.waitForAnswer())
    #expect(pool.answer(to: "healthy") == .success("value"))
  }

  @Test("What comes late is let go of, and so wiped")
  func lateValue() {
    final class Watched: Sendable {
      let gone: DispatchSemaphore
      init(_ gone: DispatchSemaphore) { self.gone = gone }
      deinit { gone.signal() }
    }
    let queue = DispatchQueue(label: "late")
    let threads = ReaderThreads<String>(queue: queue, deadline: .milliseconds(20))
    let (gate, answered, gone) = (
      DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)
    )
    queue.sync {
      threads.read(
        "x", named: "x",
        work: {
          gate.wait()
          return .success(Watched(gone))
        },
        completion: { (_: Result<Watched, SourceFailure>) in answered.signal() })
    }
    #expect(answered.wait(timeout: .now() + 30) == .success)
    gate.signal()
    #expect(gone.wait(timeout: .now() + 30) == .success)
  }
}
