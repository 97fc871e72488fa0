import CCurl
import Dispatch

/// Connections, easy handles and TLS sessions of one configuration, and the transfers that use them.
///
/// It lives while there is something to do: an idle transport drops it whole, which closes and frees everything.
final class ConnectionPool {
  private struct Transfer {
    let easy: EasyHandle
    let completion: HTTPTransport.Completion
  }

  private let configuration: HTTPTransportConfiguration
  private let multi: MultiHandle
  private let share: TLSSessionShare
  private var idleHandles: [EasyHandle] = []
  /// By the easy handle's pointer, which is how libcurl names it.
  private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]

  /// Makes an empty pool.
  ///
  /// - Parameters:
  ///   - configuration: for the pool's whole life.
  ///   - queue: where everything happens.
  ///   - whenReady: called when `advance` has something to do; must not keep the pool alive.
  /// - Throws: `HTTPFailure` for want of memory or descriptors.
  init(
    _ configuration: HTTPTransportConfiguration, queue: DispatchQueue,
    whenReady: @escaping () -> Void
  ) throws(HTTPFailure) {
    self.configuration = configuration
    share = try TLSSessionShare()
    multi = try MultiHandle(
      maximumConnections: configuration.maximumConnections, queue: queue, whenReady: whenReady)
  }

  deinit { _ = abandonAll() }

  /// The number of requests under way.
  var inFlight: Int { transfers.count }

  /// Whether `advance` should be called again without waiting for an event.
  var hasMoreToDo: Bool { multi.hasMoreToDo }

  /// Begins a request; its first step comes with the next `advance`.
  func start(
    _ request: HTTPRequest, completion: @escaping HTTPTransport.Completion
  ) throws(HTTPFailure) {
    let easy = try takeHandle()
    do throws(HTTPFailure) {
      try easy.prepare(request)
      try multi.add(easy)
    } catch {
      recycle(easy)
      throw error
    }
    transfers[easy.pointer] = Transfer(easy: easy, completion: completion)
  }

  /// Does all that can be done without waiting, and returns what came to its end, in that order.
  func advance() -> [HTTPTransport.Outcome] {
    multi.advance()
    var outcomes: [HTTPTransport.Outcome] = []
    while let (pointer, code) = multi.takeCompleted() {
      guard let transfer = transfers.removeValue(forKey: pointer) else { continue }
      outcomes.append((transfer.completion, transfer.easy.result(code)))
      multi.remove(transfer.easy)
      recycle(transfer.easy)
    }
    return outcomes
  }

  /// Breaks off every request and returns their completions, which have not been called.
  func abandonAll() -> [HTTPTransport.Completion] {
    let abandoned = transfers.values
    transfers = [:]
    for transfer in abandoned {
      multi.remove(transfer.easy)
      recycle(transfer.easy)
    }
    return abandoned.map(\.completion)
  }

  private func takeHandle() throws(HTTPFailure) -> EasyHandle {
    if let easy = idleHandles.popLast() { return easy }
    return try EasyHandle(configuration, share: share)
  }

  private func recycle(_ easy: EasyHandle) {
    easy.clear()
    idleHandles.append(easy)
  }
}
