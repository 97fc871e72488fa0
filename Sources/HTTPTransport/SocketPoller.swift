import CCurl
import Dispatch
import Glibc

/// libcurl's sockets behind one Dispatch source.
///
/// Dispatch cancels a source asynchronously, while libcurl closes its sockets at once: a source for each socket loses
/// events. So the sockets are in an epoll descriptor of our own, and Dispatch watches only that one.
final class SocketPoller {
  private let descriptor: Int32
  private let source: any DispatchSourceRead

  /// Watches no socket yet.
  ///
  /// - Parameters:
  ///   - queue: where `whenReady` is called.
  ///   - whenReady: called when a socket is ready; must not keep the poller alive.
  /// - Throws: `HTTPFailure` when the process has no descriptor left.
  init(queue: DispatchQueue, whenReady: @escaping () -> Void) throws(HTTPFailure) {
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard descriptor >= 0 else { throw .system("epoll_create1", errno) }
    source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    source.setEventHandler(handler: whenReady)
    // Dispatch may look at the descriptor until the cancellation is through.
    source.setCancelHandler { [descriptor] in close(descriptor) }
    source.activate()
  }

  deinit { source.cancel() }

  /// Watches a socket for what libcurl wants to know of it, a `CURL_POLL_` value.
  ///
  /// Nothing here can fail usefully. A socket that is to be forgotten may be gone already, because on a connect timeout
  /// libcurl closes first and the kernel forgets closed sockets by itself. A socket that the kernel has no memory to
  /// watch fails its own transfer at its timeout, and no other.
  func watch(_ socket: Int32, for interest: Int32) {
    var event = epoll_event()
    event.data.fd = socket
    switch interest {
    case CURL_POLL_IN: event.events = EPOLLIN.rawValue
    case CURL_POLL_OUT: event.events = EPOLLOUT.rawValue
    case CURL_POLL_INOUT: event.events = EPOLLIN.rawValue | EPOLLOUT.rawValue
    default:
      epoll_ctl(descriptor, EPOLL_CTL_DEL, socket, &event)
      return
    }
    if epoll_ctl(descriptor, EPOLL_CTL_MOD, socket, &event) != 0 {
      epoll_ctl(descriptor, EPOLL_CTL_ADD, socket, &event)
    }
  }

  /// Hands out the sockets that are ready now, without waiting.
  ///
  /// - Parameter handle: takes the socket and its `CURL_CSELECT_` bits; none of them means "look for yourself".
  /// - Returns: whether there were any. Ask again until there are none.
  func takeReadySockets(_ handle: (_ socket: Int32, _ readiness: Int32) -> Void) -> Bool {
    withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.batch) { events in
      let count = epoll_wait(descriptor, events.baseAddress, Int32(Self.batch), 0)
      guard count > 0 else { return false }
      for event in events.prefix(Int(count)) {
        // An error is not passed on as one: the number may by now belong to a newer socket of libcurl's, which would
        // fail for it. Reading or writing shows libcurl the true state.
        var readiness: Int32 = 0
        if event.events & EPOLLIN.rawValue != 0 { readiness |= CURL_CSELECT_IN }
        if event.events & EPOLLOUT.rawValue != 0 { readiness |= CURL_CSELECT_OUT }
        handle(event.data.fd, readiness)
      }
      return true
    }
  }

  private static let batch = 64
}
