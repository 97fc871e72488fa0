import Foundation
import Glibc

/// Why the server cannot listen.
package struct ListenError: Error, CustomStringConvertible {
  let port: UInt16
  let number: Int32

  package var description: String {
    "cannot listen on 127.0.0.1:\(port): \(String(cString: strerror(number)))"
  }
}

/// An HTTP/1.1 server on the loopback address, one thread a connection.
///
/// It is made by hand because its users need the exact bytes: resets, truncated and dripping answers.
final class Server: Sendable {
  typealias Answer = @Sendable (HTTPRequest, Connection) -> Delivery

  private struct State {
    var isStopping = false
    var isAccepting = true
    var connections: Set<Int32> = []
  }

  /// The port it listens on.
  let port: UInt16
  private let listener: Int32
  private let state = Monitor(State())
  private let answer: Answer

  /// Listens at once; port 0 takes any that is free.
  init(port: UInt16, answer: @escaping Answer) throws(ListenError) {
    (listener, self.port) = try Self.listen(on: port)
    self.answer = answer
    Thread.detachNewThread { [self] in acceptConnections() }
  }

  /// Ends every connection, and returns when their threads have.
  func stop() {
    state.with { state in
      // Once only: later the listener's number may be another's.
      guard !state.isStopping else { return }
      state.isStopping = true
      shutdown(listener, Int32(SHUT_RDWR))
      for descriptor in state.connections { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
    state.wait { !$0.isAccepting && $0.connections.isEmpty }
  }

  private func acceptConnections() {
    while true {
      let descriptor = accept(listener, nil, nil)
      let isStopping = state.with { state in
        if descriptor >= 0 && !state.isStopping { state.connections.insert(descriptor) }
        return state.isStopping
      }
      if isStopping {
        if descriptor >= 0 { close(descriptor) }
        break
      }
      guard descriptor >= 0 else {
        // No descriptor to spare, or a client that left too soon: the next one may do better.
        usleep(10_000)
        continue
      }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      Thread.detachNewThread { [self] in serve(descriptor) }
    }
    close(listener)
    state.with { $0.isAccepting = false }
  }

  private func serve(_ descriptor: Int32) {
    Connection(descriptor: descriptor).serve(answer)
    // Under the lock, so that `stop` cannot shut down a number that is already another's.
    state.with { state in
      state.connections.remove(descriptor)
      close(descriptor)
    }
  }

  private static func listen(on port: UInt16) throws(ListenError) -> (Int32, UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw ListenError(port: port, number: errno) }
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, size) == 0 && Glibc.listen(descriptor, SOMAXCONN) == 0
          && getsockname(descriptor, address, &size) == 0
      }
    }
    guard isListening else {
      let error = ListenError(port: port, number: errno)
      close(descriptor)
      throw error
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }
}
