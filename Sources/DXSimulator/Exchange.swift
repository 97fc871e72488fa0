import Foundation

/// One call of the API from its arrival to its answer.
struct Exchange: Sendable {
  let state: Monitor<State>
  let clock: @Sendable () -> Date
  let log: @Sendable (String) -> Void

  func answer(_ request: HTTPRequest, on connection: Connection) -> Delivery {
    let call = APICall(request)
    let authorization = request.headers["authorization"]
    let now = milliseconds()

    // One critical section for arrival and handling, so that whoever sees a request in the log sees
    // what came of it, unless it is delayed.
    let (n, fault, handled) = state.with { state -> (Int, Fault?, Delivery?) in
      let n = state.log.append(request, call.method, at: now)
      let fault = state.takeFault(for: call)
      let isDelayed = fault.map { $0.delay > 0 } ?? false
      if isDelayed && fault?.handlesBeforeDelay == false { return (n, fault, nil) }
      let delivery = state.deliver(call, authorization: authorization, fault: fault, at: now)
      if !isDelayed { state.log.finish(n, delivery) }
      return (n, fault, delivery)
    }
    let delay = fault?.delay ?? 0
    if let handled, delay == 0 { return logged(handled, request) }

    guard connection.pause(milliseconds: delay) else {
      state.with { $0.log.finish(n, .abandoned, status: nil) }
      log("\(request.method) \(request.target) abandoned")
      return .reset
    }
    let delivery = state.with { state in
      let delivery =
        handled
        ?? state.deliver(call, authorization: authorization, fault: fault, at: milliseconds())
      state.log.finish(n, delivery)
      return delivery
    }
    return logged(delivery, request)
  }

  private func logged(_ delivery: Delivery, _ request: HTTPRequest) -> Delivery {
    log("\(request.method) \(request.target) \(delivery.status.map(String.init) ?? "reset")")
    return delivery
  }

  private func milliseconds() -> Int64 {
    Int64((clock().timeIntervalSince1970 * 1000).rounded())
  }
}

extension RequestLog {
  fileprivate mutating func finish(_ n: Int, _ delivery: Delivery) {
    finish(n, delivery.status == nil ? .reset : .answered, status: delivery.status)
  }
}
