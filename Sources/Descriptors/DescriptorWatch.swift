import CLinux
import Dispatch
import Glibc

/// Says when descriptors that come and go are ready, through one Dispatch source that stays.
///
/// A Dispatch source for each would not do: when a peer hangs up while its source is torn down, libdispatch uses memory
/// that it has freed (swift-corelibs-libdispatch issue 949), and it lets go of a descriptor only some time after the
/// cancellation. So they are in an epoll descriptor of our own, which never hangs up; what is forgotten here may be
/// closed at once.
package final class DescriptorWatch: @unchecked Sendable {
  // All state is confined to the queue; that is why @unchecked holds.

  /// What to wait for; an error or a hangup counts as both.
  package enum Interest {
    case reading
    case writing
  }

  private struct Watched {
    let number: UInt32
    let ready: () -> Void
  }

  private static let batch = 16

  private let epoll: Int32
  private let source: any DispatchSourceRead
  private var watched: [Int32: Watched] = [:]
  private var lastNumber: UInt32 = 0

  /// Watches nothing yet; nil when the process or the system has no descriptor left.
  ///
  /// - Parameter queue: the serial queue of all calls and callbacks.
  package init?(queue: DispatchQueue) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { return nil }
    source = DispatchSource.makeReadSource(fileDescriptor: epoll, queue: queue)
    source.setEventHandler { [weak self] in self?.callReady() }
    // Dispatch may look at the descriptor until the cancellation is through.
    source.setCancelHandler { [epoll] in close(epoll) }
    source.activate()
  }

  deinit { source.cancel() }

  /// Calls `ready` whenever the descriptor is ready, until it is forgotten; replaces what was asked of it before.
  ///
  /// - Returns: whether it is watched: not a regular file, nor without memory in the kernel (epoll_ctl(2)).
  package func watch(
    _ descriptor: Int32, for interest: Interest, ready: @escaping () -> Void
  ) -> Bool {
    lastNumber &+= 1
    var event = epoll_event()
    event.events = interest == .reading ? EPOLLIN.rawValue : EPOLLOUT.rawValue
    event.data.u64 = UInt64(lastNumber) << 32 | UInt64(UInt32(bitPattern: descriptor))
    let change = watched[descriptor] == nil ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
    guard epoll_ctl(epoll, change, descriptor, &event) == 0 else { return false }
    watched[descriptor] = Watched(number: lastNumber, ready: ready)
    return true
  }

  /// Calls no more for a descriptor; its owner may close it from here on.
  package func forget(_ descriptor: Int32) {
    guard watched.removeValue(forKey: descriptor) != nil else { return }
    epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
  }

  /// One pass: what is still ready after it wakes the queue again.
  private func callReady() {
    withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.batch) { events in
      let count = epoll_wait(epoll, events.baseAddress, Int32(Self.batch), 0)
      for event in events.prefix(max(0, Int(count))) {
        let descriptor = Int32(truncatingIfNeeded: event.data.u64)
        // One that was called before in this pass may have forgotten it, and its number may be in use again.
        guard let entry = watched[descriptor], UInt64(entry.number) == event.data.u64 >> 32
        else { continue }
        entry.ready()
      }
    }
  }
}
