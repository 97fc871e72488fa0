import Dispatch
import RotationEngine

/// Which reads wait, which are under way and which have ended: what the queue and the readers' threads share.
struct ReadingDesk<Subject: Hashable & Sendable> {
  /// One read.
  struct Read: Sendable {
    let number: UInt64
    let subject: Subject
    let name: String
    let paths: [String]
    /// Reads; what it returns hands the answer over, on the queue.
    let work: @Sendable () -> Delivery
    let fail: @Sendable (SourceFailure) -> Void
  }

  /// Hands an answer over, on the queue.
  typealias Delivery = @Sendable () -> Void

  private struct UnderWay {
    let read: Read
    let deadline: DispatchTime
    /// The network mounts a reader that was given up hangs on; nil: it has not been given up.
    var hangsOn: Set<String>?
  }

  let lanes: Int
  let limit: TimeSpan
  private var waiting = WaitingLine<Read>()
  private var underWay: [UInt64: UnderWay] = [:]
  private var givenUpCount = 0
  /// How many threads rest and were handed nothing.
  private var resting = 0
  /// Taken, for threads that rest.
  private var handed: [Read] = []
  private var deliveries: [Delivery] = []
  private var isDeliveryAnnounced = false

  init(lanes: Int, limit: TimeSpan) {
    self.lanes = lanes
    self.limit = limit
  }

  /// How many threads are at work, those that were given up included.
  var threadCount: Int { underWay.count }

  mutating func append(_ read: Read) { waiting.append(read) }

  /// The next read for a thread to do; nil: none waits, or no lane is free.
  mutating func take() -> Read? {
    while let read = waiting.first {
      if let failure = refusal(of: read) {
        waiting.removeFirst()
        let fail = read.fail
        deliveries.append { fail(failure) }
        continue
      }
      guard underWay.count - givenUpCount < lanes, underWay.count < 2 * lanes else { return nil }
      waiting.removeFirst()
      underWay[read.number] = UnderWay(
        read: read, deadline: .now() + .milliseconds(Int(clamping: limit.milliseconds)))
      return read
    }
    return nil
  }

  /// Hands a read that was taken to a thread that rests; false if none does.
  mutating func hand(_ read: Read) -> Bool {
    guard resting > 0 else { return false }
    resting -= 1
    handed.append(read)
    return true
  }

  /// A thread rests.
  mutating func rest() { resting += 1 }

  /// What a thread that rests is to do, if anything.
  mutating func takeHanded() -> Read? { handed.popLast() }

  /// A thread has rested long enough: it ends, unless it is handed something at the last moment.
  mutating func endRest() -> Read? {
    if let read = takeHanded() { return read }
    resting -= 1
    return nil
  }

  /// A thread has ended its read; what it brings is let go of if it was given up meanwhile.
  mutating func end(_ read: Read, _ delivery: @escaping Delivery) {
    guard let ended = underWay.removeValue(forKey: read.number) else { return }
    guard ended.hangsOn != nil else { return deliveries.append(delivery) }
    givenUpCount -= 1
    // Nothing is handed over, but the queue looks at the deadlines again.
    deliveries.append {}
  }

  /// There is no thread to do a read that was taken.
  mutating func cancel(_ read: Read, _ failure: SourceFailure) {
    let fail = read.fail
    end(read) { fail(failure) }
  }

  /// Whether the queue has to be told that there is something to hand over; once until it is taken.
  mutating func announceDeliveries() -> Bool {
    guard !deliveries.isEmpty, !isDeliveryAnnounced else { return false }
    isDeliveryAnnounced = true
    return true
  }

  mutating func takeDeliveries() -> [Delivery] {
    isDeliveryAnnounced = false
    defer { deliveries = [] }
    return deliveries
  }

  /// The paths of each read that is past its deadline.
  func overdue(at now: DispatchTime) -> [UInt64: [String]] {
    underWay.filter { $0.value.hangsOn == nil && $0.value.deadline <= now }
      .mapValues { $0.read.paths }
  }

  /// Gives up the readers of these reads, which hang on these mounts.
  mutating func giveUp(_ hanging: [UInt64: Set<String>]) {
    for (number, mounts) in hanging {
      guard let late = underWay[number], late.hangsOn == nil else { continue }
      underWay[number]?.hangsOn = mounts
      givenUpCount += 1
      let read = late.read
      let failure = SourceFailure(.timedOut, "\(read.name): did not answer within \(limit)")
      deliveries.append { read.fail(failure) }
    }
  }

  /// When the next reader is to be given up.
  var nextDeadline: DispatchTime? {
    underWay.values.lazy.filter { $0.hangsOn == nil }.map(\.deadline).min()
  }

  private func refusal(of read: Read) -> SourceFailure? {
    guard givenUpCount > 0 else { return nil }
    let hanging = underWay.values.filter { $0.hangsOn != nil }
    if hanging.contains(where: { $0.read.subject == read.subject }) {
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
}
