import Dispatch
import RotationEngine

/// Runs reads that may hang (NFS, FUSE) on threads of their own, each with a deadline.
///
/// A thread lives for one read, so an idle daemon has none. A read that passes its deadline is answered `.timedOut`
/// and its thread given up (contract, rule 10): it keeps nobody waiting, and what it still brings is wiped. `lanes`
/// reads go on at a time, and as many threads may be given up besides; a further one that hangs keeps its lane.
///
/// Every call, and every completion, is on `queue`.
package final class ReaderThreads<Subject: Hashable & Sendable>: @unchecked Sendable {
  // All state is confined to `queue`; that is why @unchecked holds.

  private struct Read {
    let subject: Subject
    let name: String
    let paths: [String]
    let run: @Sendable () -> Void
    let fail: (SourceFailure) -> Void
    var deadline = DispatchTime.distantFuture
    /// The network mounts a reader that was given up hangs on; nil: it has not been given up.
    var hangsOn: Set<String>?
  }

  private let queue: DispatchQueue
  private let timer: any DispatchSourceTimer
  private let deadline: TimeSpan
  private let lanes: Int
  private var isTimerArmed = false
  private var lastNumber: UInt64 = 0
  private var underWay: [UInt64: Read] = [:]
  private var waiting = WaitingLine<(number: UInt64, read: Read)>()

  /// Makes a pool without threads.
  ///
  /// - Parameters:
  ///   - queue: the serial queue of all calls and completions.
  ///   - deadline: how long one read may take from its start.
  ///   - lanes: how many reads go on at a time, and how many threads may be given up at a time.
  package init(queue: DispatchQueue, deadline: TimeSpan = .seconds(10), lanes: Int = 4) {
    self.queue = queue
    self.deadline = deadline
    self.lanes = lanes
    timer = DispatchSource.makeTimerSource(queue: queue)
    timer.setEventHandler { [weak self] in self?.giveUpOverdue() }
    timer.schedule(deadline: .distantFuture)
    timer.activate()
  }

  deinit { timer.cancel() }

  /// Reads.
  ///
  /// While a reader of the same subject, or of the same network mount, was given up and still hangs, the answer is
  /// `.timedOut` at once.
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
    let number = lastNumber
    let queue = queue
    let read = Read(
      subject: subject, name: name, paths: paths,
      run: {
        let result = work()
        queue.async { if self.finish(number) { completion(result) } }
      },
      fail: { failure in queue.async { completion(.failure(failure)) } })
    waiting.append((number, read))
    startWaiting()
  }

  /// How many threads there are, those that were given up included.
  package var threadCount: Int { underWay.count }

  private var givenUp: some Collection<Read> { underWay.values.lazy.filter { $0.hangsOn != nil } }

  private func startWaiting() {
    while let (number, read) = waiting.first {
      if let failure = refusal(of: read) {
        waiting.removeFirst()
        read.fail(failure)
        continue
      }
      let isLaneFree = underWay.count - givenUp.count < lanes && underWay.count < 2 * lanes
      guard isLaneFree else { break }
      waiting.removeFirst()
      start(read, number)
    }
  }

  private func refusal(of read: Read) -> SourceFailure? {
    let hanging = givenUp
    guard !hanging.isEmpty else { return nil }
    if hanging.contains(where: { $0.subject == read.subject }) {
      return SourceFailure(.timedOut, "\(read.name): still does not answer")
    }
    if hanging.count == 2 * lanes {
      return SourceFailure(
        .timedOut, "\(read.name): cannot be read while \(hanging.count) other sources do not answer"
      )
    }
    let mounts = hanging.reduce(into: Set<String>()) { $0.formUnion($1.hangsOn ?? []) }
    guard !mounts.isEmpty else { return nil }
    return NetworkMounts.current().containing(read.paths).intersection(mounts).min().map {
      SourceFailure(.timedOut, "\(read.name): the file system at \($0) still does not answer")
    }
  }

  private func start(_ read: Read, _ number: UInt64) {
    var read = read
    read.deadline = .now() + .milliseconds(Int(clamping: deadline.milliseconds))
    underWay[number] = read
    // Every later deadline is later than one that is armed already: the timer looks for it when it fires.
    if !isTimerArmed { arm(for: read.deadline) }
    let status = ReaderThread.start(read.run)
    guard status == 0 else {
      underWay[number] = nil
      read.fail(
        SourceFailure(
          .unreadable, "\(read.name): no thread to read it: \(SourceFailure.plainText(status))"))
      return
    }
  }

  /// Notes that a thread has ended; whether its answer is still awaited.
  private func finish(_ number: UInt64) -> Bool {
    guard let read = underWay.removeValue(forKey: number) else { return false }
    startWaiting()
    // With nothing under way the timer would wake an idle process for nothing.
    if underWay.isEmpty, isTimerArmed { arm(for: nil) }
    return read.hangsOn == nil
  }

  private func giveUpOverdue() {
    let now = DispatchTime.now()
    let overdue = underWay.filter { $0.value.hangsOn == nil && $0.value.deadline <= now }
    if !overdue.isEmpty {
      let mounts = NetworkMounts.current()
      for (number, read) in overdue {
        underWay[number]?.hangsOn = mounts.containing(read.paths)
        read.fail(SourceFailure(.timedOut, "\(read.name): did not answer within \(deadline)"))
      }
    }
    startWaiting()
    arm(for: underWay.values.lazy.filter { $0.hangsOn == nil }.map(\.deadline).min())
  }

  private func arm(for deadline: DispatchTime?) {
    isTimerArmed = deadline != nil
    timer.schedule(deadline: deadline ?? .distantFuture)
  }
}

/// First in, first out, each step in constant time on average.
private struct WaitingLine<Element> {
  private var arriving: [Element] = []
  private var leaving: [Element] = []

  mutating func append(_ element: Element) { arriving.append(element) }

  var first: Element? { leaving.last ?? arriving.first }

  mutating func removeFirst() {
    if leaving.isEmpty {
      leaving = arriving.reversed()
      arriving = []
    }
    leaving.removeLast()
  }
}
