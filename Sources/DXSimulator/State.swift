import Foundation

/// Everything that the simulator remembers.
struct State: Sendable {
  var key: String
  var store: Store
  var faults: [Fault] = []
  var log = RequestLog()
  var rateLimit: RateLimit
  var isStopping = false

  init(_ configuration: SimulatorConfiguration) {
    key = configuration.key
    store = Store(configuration)
    rateLimit = RateLimit(requestsPerMinute: configuration.requestsPerMinute)
  }

  /// The first fault that concerns a call, counted down.
  mutating func takeFault(for call: APICall) -> Fault? {
    guard let index = faults.firstIndex(where: { $0.matches(call) }) else { return nil }
    let fault = faults[index]
    switch fault.times {
    case 0: break
    case 1: faults.remove(at: index)
    default: faults[index].times -= 1
    }
    return fault
  }

  /// Handles a call, and says what goes over the wire.
  mutating func deliver(
    _ call: APICall, authorization: String?, fault: Fault?, at now: Int64
  ) -> Delivery {
    guard let fault else { return .whole(answer(call, authorization: authorization, at: now)) }
    switch fault.kind {
    case .delay:
      return .whole(answer(call, authorization: authorization, at: now))
    case .slow(let pace):
      return .slow(
        answer(call, authorization: authorization, at: now), millisecondsPerByte: pace)
    case .truncated:
      return .truncated(answer(call, authorization: authorization, at: now))
    default:
      if fault.afterHandling { _ = answer(call, authorization: authorization, at: now) }
      return fault.kind.replacement(for: call).map(Delivery.whole) ?? .reset
    }
  }

  /// What DX answers when nothing goes wrong.
  private mutating func answer(
    _ call: APICall, authorization: String?, at now: Int64
  ) -> HTTPResponse {
    guard authorization == "Bearer \(key)" else { return .error(401, "not_authed") }
    return rateLimit.refusal(at: now) ?? store.answer(call)
  }
}
