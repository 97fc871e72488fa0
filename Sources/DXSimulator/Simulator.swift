import Foundation

/// A stand-in for DX on the loopback address, which can be told to fail.
package final class Simulator: Sendable {
  private let state: Monitor<State>
  private let server: Server

  /// Starts to listen.
  ///
  /// - Parameters:
  ///   - configuration: What it holds at the start.
  ///   - port: Where it listens on 127.0.0.1; 0 takes any port that is free.
  ///   - clock: The time, for the log of requests and the limit of requests a minute.
  ///   - log: Receives one line for each request to the API.
  /// - Throws: `ListenError` when the port cannot be had.
  package init(
    _ configuration: SimulatorConfiguration, port: UInt16 = 0,
    clock: @escaping @Sendable () -> Date = { Date() },
    log: @escaping @Sendable (String) -> Void = { _ in }
  ) throws(ListenError) {
    let state = Monitor(State(configuration))
    self.state = state
    let exchange = Exchange(state: state, clock: clock, log: log)
    let steering = Steering(state: state)
    server = try Server(port: port) { request, connection in
      switch request.segments.first {
      case nil: .whole(state.with { Page(state: $0).response })
      case "simulator": .whole(steering.answer(request))
      default: exchange.answer(request, on: connection)
      }
    }
  }

  /// The port it listens on.
  package var port: UInt16 { server.port }

  /// Ends every connection and returns when that is done.
  package func stop() {
    state.with { $0.isStopping = true }
    server.stop()
  }
}
