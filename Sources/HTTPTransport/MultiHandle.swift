import CCurl
import Dispatch

/// The owner of a libcurl multi handle, driven by its sockets and its timeout.
///
/// libcurl is entered from `add`, `remove` and `advance` only, never out of one of its own callbacks: those just note
/// what libcurl wants.
final class MultiHandle {
  private let pointer: UnsafeMutableRawPointer
  private let poller: SocketPoller
  private let timer: any DispatchSourceTimer
  /// When libcurl wants to be called; nil: never, or now.
  private var timeout: DispatchTime?
  /// What the timer is armed for; it may be earlier than the timeout, and then looks again.
  private var armedFor: DispatchTime?
  private var timeoutIsDue = false
  private var socketsMayBeReady = false

  /// Makes a handle without transfers.
  ///
  /// - Parameters:
  ///   - maximumConnections: connections kept open, 1 or more.
  ///   - queue: where everything happens.
  ///   - whenReady: called when `advance` has something to do; must not keep this object alive.
  /// - Throws: `HTTPFailure` for want of memory or descriptors.
  init(
    maximumConnections: Int, queue: DispatchQueue, whenReady: @escaping () -> Void
  ) throws(HTTPFailure) {
    poller = try SocketPoller(queue: queue, whenReady: whenReady)
    guard let pointer = curl_multi_init() else { throw .curl(CURLE_OUT_OF_MEMORY) }
    self.pointer = pointer
    timer = DispatchSource.makeTimerSource(queue: queue)
    timer.setEventHandler { [weak self] in
      if self?.timerFired() == true { whenReady() }
    }
    timer.schedule(deadline: .distantFuture)
    timer.activate()

    ccurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, maximumConnections)
    // The callbacks reach this object without keeping it; deinit takes them back before it goes.
    let this = Unmanaged.passUnretained(self).toOpaque()
    ccurl_multi_set_pointer(pointer, CURLMOPT_SOCKETDATA, this)
    ccurl_multi_set_pointer(pointer, CURLMOPT_TIMERDATA, this)
    ccurl_multi_set_socket_function(pointer) { _, socket, interest, this, _ in
      this.map(MultiHandle.from)?.poller.watch(socket, for: interest)
      return 0
    }
    ccurl_multi_set_timer_function(pointer) { _, milliseconds, this in
      this.map(MultiHandle.from)?.setTimeout(milliseconds)
      return 0
    }
  }

  /// All easy handles must have been removed before.
  deinit {
    ccurl_multi_set_socket_function(pointer, nil)
    ccurl_multi_set_timer_function(pointer, nil)
    timer.cancel()
    curl_multi_cleanup(pointer)
  }

  /// Whether `advance` should be called again without waiting for an event.
  var hasMoreToDo: Bool { timeoutIsDue || socketsMayBeReady }

  /// Begins a transfer; its first step comes with the next `advance`.
  func add(_ easy: EasyHandle) throws(HTTPFailure) {
    let code = curl_multi_add_handle(pointer, easy.pointer)
    guard code == CURLM_OK else {
      throw .init(.other(code: Int(code.rawValue), String(cString: curl_multi_strerror(code))))
    }
  }

  /// Ends a transfer, whether it is complete or not.
  func remove(_ easy: EasyHandle) {
    curl_multi_remove_handle(pointer, easy.pointer)
  }

  /// Lets libcurl do all it can do without waiting.
  ///
  /// The number of rounds is bounded, so that a socket that is ready for ever cannot keep the queue to itself.
  func advance() {
    for _ in 0..<Self.maximumRounds {
      if timeoutIsDue {
        timeoutIsDue = false
        act(on: CURL_SOCKET_TIMEOUT, 0)
      }
      socketsMayBeReady = poller.takeReadySockets { act(on: $0, $1) }
      if !hasMoreToDo { return }
    }
  }

  /// The next transfer that has come to its end since the last call.
  func takeCompleted() -> (easy: UnsafeMutableRawPointer, code: CURLcode)? {
    var remaining: Int32 = 0
    while let message = curl_multi_info_read(pointer, &remaining) {
      if message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle {
        return (easy, message.pointee.data.result)
      }
    }
    return nil
  }

  private static let maximumRounds = 16

  private static func from(_ context: UnsafeMutableRawPointer) -> MultiHandle {
    Unmanaged.fromOpaque(context).takeUnretainedValue()
  }

  private func act(on socket: Int32, _ readiness: Int32) {
    var running: Int32 = 0
    curl_multi_socket_action(pointer, socket, readiness, &running)
  }

  /// libcurl's wish to be called after a time: -1 is never, 0 is at once (but not from within its callback).
  ///
  /// It has another wish with every request, and to arm a timer wakes another thread: so an armed one is left alone
  /// unless it would be late.
  private func setTimeout(_ milliseconds: Int) {
    timeoutIsDue = milliseconds == 0
    timeout = milliseconds > 0 ? .now() + .milliseconds(milliseconds) : nil
    if let timeout, timeout < armedFor ?? .distantFuture { arm(for: timeout) }
  }

  /// Whether libcurl's timeout has come.
  private func timerFired() -> Bool {
    armedFor = nil
    guard let timeout else { return false }
    guard timeout <= .now() else {
      arm(for: timeout)
      return false
    }
    self.timeout = nil
    timeoutIsDue = true
    return true
  }

  private func arm(for time: DispatchTime) {
    armedFor = time
    timer.schedule(deadline: time)
  }
}
