import Glibc

/// Tells the service manager how the service does: the protocol of sd_notify(3).
///
/// Every call returns whether the manager's queue took the message, and true where there is no manager to tell.
/// `status`, `watchdog` and `extendTimeout` never wait: a lost status is replaced by the next one, the others are sent
/// again at the next tick. The changes of state come once and matter, so they wait up to a second for room.
package struct ServiceNotifier: Sendable {
  private static let patience: Int64 = 1000
  // The manager ignores a datagram above 4096 bytes as a whole, READY=1 included.
  private static let longestStatus = 1024

  private let socket: UnixAddress?

  /// A notifier for a socket named as in `$NOTIFY_SOCKET`: a path, or `@` and an abstract name.
  ///
  /// With nil, or a name that is neither, it does nothing.
  package init(socketName: String?) {
    socket = socketName.flatMap(UnixAddress.init)
  }

  /// The notifier for `$NOTIFY_SOCKET`, which is removed so that no child speaks for the service.
  ///
  /// To be called before the process starts a thread.
  package static func takingEnvironment() -> ServiceNotifier {
    ServiceNotifier(socketName: ProcessEnvironment.take("NOTIFY_SOCKET"))
  }

  /// The service is started, or has finished a reload.
  @discardableResult
  package func ready(status: String) -> Bool {
    send([("READY", "1"), ("STATUS", status)], patience: Self.patience)
  }

  /// A reload has begun; `ready` ends it.
  @discardableResult
  package func reloading(status: String) -> Bool {
    let now = String(MonotonicClock.microseconds)
    return send(
      [("RELOADING", "1"), ("MONOTONIC_USEC", now), ("STATUS", status)], patience: Self.patience)
  }

  /// The service has begun to stop.
  @discardableResult
  package func stopping(status: String) -> Bool {
    send([("STOPPING", "1"), ("STATUS", status)], patience: Self.patience)
  }

  /// One line for `systemctl status`.
  @discardableResult
  package func status(_ status: String) -> Bool {
    send([("STATUS", status)])
  }

  /// The service's work advances.
  @discardableResult
  package func watchdog() -> Bool {
    send([("WATCHDOG", "1")])
  }

  /// Starting, reloading or stopping takes up to this much longer, counted from now.
  @discardableResult
  package func extendTimeout(byMilliseconds milliseconds: Int64) -> Bool {
    let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1000)
    return send([("EXTEND_TIMEOUT_USEC", String(overflow ? .max : product))])
  }

  /// The service is about to exit with this error (errno(3)).
  @discardableResult
  package func failed(errno code: Int32, status: String) -> Bool {
    send([("ERRNO", String(code)), ("STATUS", status)], patience: Self.patience)
  }

  private func send(_ assignments: [(name: String, value: String)], patience: Int64 = 0) -> Bool {
    guard let socket else { return true }
    let lines = assignments.map { "\($0)=\($1.inOneLine.cut(toBytes: Self.longestStatus))" }
    return Datagram.send(
      Array(lines.joined(separator: "\n").utf8), to: socket, by: Deadline(milliseconds: patience))
  }
}
