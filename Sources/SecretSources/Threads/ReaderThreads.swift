import Dispatch
import RotationEngine

/// Runs reads that may hang (NFS, FUSE) on threads of their own, each with a deadline.
///
/// A thread goes on with the next read that waits, and rests a moment when there is none: a burst does not start a thread
/// for every few reads. Then it ends, so an idle daemon has none. A read that passes its deadline is answered `.timedOut`
/// and its thread given up (contract, rule 10): it keeps nobody waiting, and what it still brings is wiped. `lanes` reads
/// go on at a time, and as many threads may be given up besides; a further one that hangs keeps its lane.
///
/// Every call, and every completion, is on `queue`. What ends while the queue is busy is handed over together.
package final class ReaderThreads<Subject: Hashable & Sendable>: @unchecked Sendable {
  // What threads share is in `desk`, all other state confined to `queue`; that is why @unchecked holds.

  private let queue: DispatchQueue
  private let desk: Guarded<ReadingDesk<Subject>>
  private let timer: any DispatchSourceTimer
  private let limit: TimeSpan
  private var isTimerArmed = false
  private var lastNumber: UInt64 = 0

  /// How long a thread rests before it ends, in milliseconds.
  private static var rest: Int { 100 }

  /// Makes a pool without threads.
  ///
  /// - Parameters:
  ///   - queue: the serial queue of all calls and completions.
  ///   - deadline: how long one read may take from its start.
  ///   - lanes: how many reads go on at a time, and how many threads may be given up at a time.
  package init(queue: DispatchQueue, deadline: TimeSpan = .seconds(10), lanes: Int = 4) {
    self.queue = queue
    limit = deadline
    desk = Guarded(ReadingDesk(lanes: lanes, limit: deadline))
    timer = DispatchSource.makeTimerSource(queue: queue)
    timer.setEventHandler { [weak self] in self?.giveUpOverdue() }
    timer.schedule(deadline: .distantFuture)
    timer.activate()
  }

  deinit { timer.cancel() }

  /// Reads.
  ///
  /// While a reader of the same subject, or of the same network mount, was given up and still hangs, the answer is
  /// `.timedOut`.
  ///
  /// - Parameters:
  ///   - subject: what is read; it is not read while a reader of it hangs.
  ///   - name: how messages call it.
  ///   - paths: the files that will be read.
  ///   - work: reads; on a thread of its own.
  ///   - completion: takes the answer; called once, later, on the queue.
  package func read<Value: Sendable>(
    _ subject: Subject, named name: String, paths: [String] = [],
    work: @escaping @Sendable () -> Result<Value, SourceFailure>,
    completion: @escaping @Sendable (Result<Value, SourceFailure>) -> Void
  ) {
    lastNumber += 1
    let read = ReadingDesk<Subject>.Read(
      number: lastNumber, subject: subject, name: name, paths: paths,
      work: {
        let result = work()
        return { completion(result) }
      },
      fail: { completion(.failure($0)) })
    desk.with { $0.append(read) }
    startThreads()
    // Every later deadline is later than one that is armed already: the timer looks for it when it fires.
    if !isTimerArmed { arm(for: .now() + .milliseconds(Int(clamping: limit.milliseconds))) }
  }

  /// How many threads are at work, those that were given up included.
  package var threadCount: Int { desk.with { $0.threadCount } }

  /// Finds a thread, or starts one, for each read that waits and has a lane.
  private func startThreads() {
    while let (read, isHanded) = desk.with({ desk in desk.take().map { ($0, desk.hand($0)) } }) {
      guard !isHanded else {
        desk.announceNews()
        continue
      }
      let status = ReaderThread.start { self.work(from: read) }
      guard status != 0 else { continue }
      let failure = SourceFailure(
        .unreadable, "\(read.name): no thread to read it: \(SourceFailure.plainText(status))")
      desk.with { $0.cancel(read, failure) }
    }
    if desk.with({ $0.announceDeliveries() }) { queue.async { self.deliver() } }
  }

  /// What a thread does: one read after another.
  private func work(from first: ReadingDesk<Subject>.Read) {
    var next: ReadingDesk<Subject>.Read? = first
    repeat {
      while let read = next.take() { next = go(on: read) }
      // What was read is out of this thread's hands while it rests.
      next = rest()
    } while next != nil
  }

  /// Does one read, and returns the next that waits.
  private func go(on read: ReadingDesk<Subject>.Read) -> ReadingDesk<Subject>.Read? {
    let delivery = read.work()
    let (next, hasNews) = desk.with {
      $0.end(read, delivery)
      return ($0.take(), $0.announceDeliveries())
    }
    if hasNews { queue.async { self.deliver() } }
    return next
  }

  private func rest() -> ReadingDesk<Subject>.Read? {
    desk.with { $0.rest() }
    return desk.waitForNews(milliseconds: Self.rest) { $0.takeHanded() }
      ?? desk.with { $0.endRest() }
  }

  private func deliver() {
    let deliveries = desk.with { $0.takeDeliveries() }
    for delivery in deliveries { delivery() }
    if !isTimerArmed, let next = desk.with({ $0.nextDeadline }) { arm(for: next) }
  }

  private func giveUpOverdue() {
    let overdue = desk.with { $0.overdue(at: .now()) }
    if !overdue.isEmpty {
      let mounts = NetworkMounts.current()
      desk.with { $0.giveUp(overdue.mapValues { mounts.containing($0) }) }
    }
    startThreads()
    arm(for: desk.with { $0.nextDeadline })
  }

  private func arm(for deadline: DispatchTime?) {
    isTimerArmed = deadline != nil
    timer.schedule(deadline: deadline ?? .distantFuture)
  }
}
