import CCurl
import Dispatch
import Glibc
import SecretMemory

/// Sends HTTP requests through libcurl on one serial queue, without a thread of its own.
///
/// Everything is called on that queue, and calls back on it. Work is done in turns: a turn starts the waiting requests,
/// lets libcurl do what it can, calls the completions of all that ended, and then `turnEnded`. Requests that are sent
/// from within those calls start in the next turn. So a caller that records outcomes and next intents in `turnEnded`
/// has them on disk, in one commit, before anything of them reaches the network.
///
/// A request is never sent twice by itself if that could matter: see `EasyHandle`.
package final class HTTPTransport: @unchecked Sendable {
  // @unchecked, because all state belongs to `queue`, and every way in makes sure of it.

  /// Takes a request's end; called once for each request, never from within `send`.
  package typealias Completion = (Result<HTTPAnswer, HTTPFailure>) -> Void

  typealias Outcome = (completion: Completion, result: Result<HTTPAnswer, HTTPFailure>)

  /// Called after the completions of each turn that had any.
  package var turnEnded: (() -> Void)?
  /// Called when it has been idle, and has let go of all that it can do without.
  package var becameIdle: (() -> Void)?

  private let queue: DispatchQueue
  private var configuration: HTTPTransportConfiguration
  private var waiting: [(request: HTTPRequest, completion: Completion)] = []
  /// Made with the first request, dropped when it has been idle.
  private var pool: ConnectionPool?
  /// Pools of earlier configurations, until their last request has ended.
  private var retiredPools: [ConnectionPool] = []
  /// Ended, and not told yet.
  private var outcomes: [Outcome] = []
  private var turnIsScheduled = false
  private let idleTimer: any DispatchSourceTimer

  /// Makes a transport that has no connection yet.
  ///
  /// - Parameters:
  ///   - queue: a serial queue; the last reference to the transport must be given up on it too.
  ///   - configuration: what all requests have in common.
  /// - Throws: `HTTPFailure` if libcurl cannot be set up.
  package init(
    queue: DispatchQueue, configuration: HTTPTransportConfiguration
  ) throws(HTTPFailure) {
    try CurlLibrary.prepare()
    self.queue = queue
    self.configuration = configuration
    idleTimer = DispatchSource.makeTimerSource(queue: queue)
    idleTimer.setEventHandler { [weak self] in self?.closeIfIdle() }
    idleTimer.schedule(deadline: .distantFuture)
    idleTimer.activate()
  }

  /// Requests that have not ended are dropped, their completions uncalled.
  deinit { idleTimer.cancel() }

  /// How many requests have been sent whose completions have not been called.
  package var inFlight: Int {
    dispatchPrecondition(condition: .onQueue(queue))
    return waiting.count + underWay + outcomes.count
  }

  /// Sends a request, as soon as this turn is over and fewer than `maximumConnections` are under way.
  ///
  /// - Parameters:
  ///   - request: what to send; its timeouts count from when it starts.
  ///   - completion: called once on the queue, never from within this call.
  package func send(_ request: HTTPRequest, completion: @escaping Completion) {
    dispatchPrecondition(condition: .onQueue(queue))
    waiting.append((request, completion))
    scheduleTurn()
  }

  /// Ends every request with `.cancelled`; the completions are called in the next turn.
  package func cancelAll() {
    dispatchPrecondition(condition: .onQueue(queue))
    outcomes += waiting.map { ($0.completion, .failure(HTTPFailure(.cancelled))) }
    waiting = []
    // Those under way may have arrived, and nobody will know.
    let unknown = HTTPFailure(.cancelled, requestMayHaveArrived: true)
    for pool in pools { outcomes += pool.abandonAll().map { ($0, .failure(unknown)) } }
    scheduleTurn()
  }

  /// Takes another configuration for all requests that have not started; no connection made before is used again, and
  /// `caFile` is read anew.
  package func reconfigure(_ configuration: HTTPTransportConfiguration) {
    dispatchPrecondition(condition: .onQueue(queue))
    self.configuration = configuration
    if let pool { retiredPools.append(pool) }
    pool = nil
    scheduleTurn()
  }

  private var pools: [ConnectionPool] { retiredPools + (pool.map { [$0] } ?? []) }

  private var underWay: Int { pools.reduce(0) { $0 + $1.inFlight } }

  /// A turn comes of its own accord, never from within another or from within a caller's call.
  private func scheduleTurn() {
    guard !turnIsScheduled else { return }
    turnIsScheduled = true
    queue.async { [weak self] in self?.turn() }
  }

  private func turn() {
    dispatchPrecondition(condition: .onQueue(queue))
    turnIsScheduled = false
    startWaiting()
    for pool in pools { outcomes += pool.advance() }
    retiredPools.removeAll { $0.inFlight == 0 }
    tellOutcomes()

    let couldStart = !waiting.isEmpty && underWay < configuration.maximumConnections
    if couldStart || pools.contains(where: \.hasMoreToDo) { scheduleTurn() }
    if inFlight == 0 && pool != nil {
      idleTimer.schedule(deadline: .now() + .milliseconds(configuration.keepAliveMilliseconds))
    }
  }

  private func startWaiting() {
    let free = max(0, configuration.maximumConnections - underWay)
    let starting = waiting.prefix(free)
    waiting.removeFirst(starting.count)
    for (request, completion) in starting {
      do throws(HTTPFailure) {
        try currentPool().start(request, completion: completion)
      } catch {
        outcomes.append((completion, .failure(error)))
      }
    }
  }

  private func currentPool() throws(HTTPFailure) -> ConnectionPool {
    if let pool { return pool }
    let new = try ConnectionPool(configuration, queue: queue) { [weak self] in self?.turn() }
    pool = new
    return new
  }

  private func tellOutcomes() {
    guard !outcomes.isEmpty else { return }
    while !outcomes.isEmpty {
      let (completion, result) = outcomes.removeFirst()
      completion(result)
    }
    turnEnded?()
  }

  /// Leaves nothing behind that would wake the process, or fill its memory, while there is nothing to do.
  private func closeIfIdle() {
    guard inFlight == 0 else { return }
    pool = nil
    malloc_trim(0)
    becameIdle?()
  }
}
