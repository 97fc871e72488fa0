import Dispatch
import Glibc
import RotationEngine

/// Keeps a lease of etcd alive, and makes another when it is lost, until it is stopped.
///
/// How long a lease is good is counted from when its renewal was asked for, on a clock that goes on while the machine
/// sleeps, and a margin is taken off: etcd cannot end it before that.
package final class LeaseKeeper: @unchecked Sendable {
  // @unchecked, because all state belongs to the client's queue.

  /// A lease, and until when whoever has it may count on it.
  package struct Lease: Hashable, Sendable {
    /// etcd's number of it.
    package let id: Int64
    /// On CLOCK_BOOTTIME, as `SteadyClock` reads it.
    package let validUntil: TimeSpan
  }

  /// What becomes of it.
  package enum Event: Hashable, Sendable {
    /// There is a lease; none of the claims made before belongs to it.
    case granted(Lease)
    /// It lasts longer.
    case renewed(Lease)
    /// It can no longer be counted on, and why; another is asked for.
    case lost(String)
  }

  private let client: EtcdClient
  private let seconds: Int64
  private let margin: TimeSpan
  private let told: @Sendable (Event) -> Void
  private let renewal: any DispatchSourceTimer
  private let end: any DispatchSourceTimer
  private var lease: Lease?
  private var isStopped = false

  /// Makes a keeper that has no lease yet.
  ///
  /// - Parameters:
  ///   - client: whose queue everything happens on.
  ///   - seconds: how long a lease lasts that is not renewed, 2 or more; a third of it passes between renewals.
  ///   - margin: what clocks may differ by in that time; a tenth of it by default.
  ///   - told: called on the client's queue, also with what is the matter while there is no lease.
  package init(
    client: EtcdClient, seconds: Int64, margin: TimeSpan? = nil,
    told: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.client = client
    self.seconds = seconds
    self.margin = margin ?? .milliseconds(seconds * 100)
    self.told = told
    renewal = DispatchSource.makeTimerSource(queue: client.queue)
    end = DispatchSource.makeTimerSource(queue: client.queue)
    for timer in [renewal, end] { timer.schedule(deadline: .distantFuture) }
    renewal.setEventHandler { [weak self] in self?.renew() }
    end.setEventHandler { [weak self] in self?.loseIfOver("it was not renewed in time") }
    renewal.activate()
    end.activate()
  }

  deinit {
    renewal.cancel()
    end.cancel()
    if let lease { client.revoke(lease: lease.id) { _ in } }
  }

  /// Begins to ask for a lease, and does so until there is one.
  ///
  /// - Parameter asked: called on the client's queue when it was asked for once.
  package func start(_ asked: @escaping EtcdClient.Completion<Lease> = { _ in }) {
    client.queue.async { self.grant(asked) }
  }

  /// Begins to ask for a lease, and waits until it was asked for once; not on the client's queue.
  package func begin() throws(EtcdError) -> Lease {
    try client.wait { start($0) }
  }

  /// Ends the lease, and with it all claims; `completion` is called on the client's queue when that is done or failed.
  package func stop(_ completion: @escaping @Sendable () -> Void = {}) {
    client.queue.async { [self] in
      isStopped = true
      renewal.schedule(deadline: .distantFuture)
      end.schedule(deadline: .distantFuture)
      guard let lease else { return completion() }
      self.lease = nil
      client.revoke(lease: lease.id) { _ in completion() }
    }
  }

  private func grant(_ first: @escaping EtcdClient.Completion<Lease> = { _ in }) {
    guard !isStopped, lease == nil else { return }
    let id = Int64.random(in: 1...Int64.max)
    let asked = SteadyClock.now
    client.grant(lease: id, seconds: seconds) { [weak self, client] result in
      guard let self, !isStopped else { return client.revoke(lease: id) { _ in } }
      switch result {
      case .success(let seconds) where take(id, asked, seconds):
        guard let lease else { return }
        told(.granted(lease))
        first(.success(lease))
      case .success:
        client.revoke(lease: id) { _ in }
        tryAgain()
        first(.failure(.unreachable("the lease was granted too late")))
      case .failure(let error):
        told(.lost(error.description))
        tryAgain()
        first(.failure(error))
      }
    }
  }

  private func renew() {
    guard !isStopped else { return }
    guard let lease else { return grant() }
    let asked = SteadyClock.now
    let patience = TimeSpan.milliseconds(seconds * 1000 / 3)
    client.keepAlive(lease: lease.id, timeout: patience) { [weak self] result in
      guard let self, !isStopped, self.lease?.id == lease.id else { return }
      switch result {
      case .success(0): lose("etcd has ended it")
      case .success(let seconds) where take(lease.id, asked, seconds):
        if let lease = self.lease { told(.renewed(lease)) }
      case .success: loseIfOver("it was not renewed in time")
      case .failure(let error):
        loseIfOver(error.description)
        if self.lease != nil { tryAgain() }
      }
    }
  }

  /// Counts on a lease from when it was asked for; false if that is over already.
  private func take(_ id: Int64, _ asked: TimeSpan, _ seconds: Int64) -> Bool {
    let now = SteadyClock.now
    let lasts = TimeSpan.seconds(seconds).milliseconds - margin.milliseconds
    let until = TimeSpan(milliseconds: asked.milliseconds + lasts)
    guard until > now else { return false }
    lease = Lease(id: id, validUntil: until)
    renewal.schedule(deadline: .now() + .milliseconds(Int(seconds * 1000 / 3)))
    end.schedule(deadline: .now() + .milliseconds(Int(until.milliseconds - now.milliseconds)))
    return true
  }

  private func loseIfOver(_ reason: String) {
    if let lease, lease.validUntil <= SteadyClock.now { lose(reason) }
  }

  private func lose(_ reason: String) {
    guard let lease else { return }
    self.lease = nil
    end.schedule(deadline: .distantFuture)
    // A renewal that came too late may have prolonged it: others need not wait.
    client.revoke(lease: lease.id) { _ in }
    told(.lost(reason))
    grant()
  }

  private func tryAgain() {
    renewal.schedule(deadline: .now() + .milliseconds(min(1_000, Int(seconds) * 100)))
  }
}

/// The time since boot, suspend included (CLOCK_BOOTTIME), as `Moment.steady` has it.
package enum SteadyClock {
  /// The present.
  package static var now: TimeSpan {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return .milliseconds(Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }
}
