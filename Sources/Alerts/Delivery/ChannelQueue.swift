import Dispatch
import RotationEngine

/// What one channel has still to be told, and its backoff while it fails.
final class ChannelQueue {
  /// The first wait after a failure, and the longest.
  static let waits = (first: TimeSpan.seconds(5), longest: TimeSpan.minutes(5))

  /// Delivers a batch.
  typealias Deliver = (
    [AlertMessage], AlertChannel, @escaping (DeliveryFailure?) -> Void
  ) -> Void

  private(set) var channel: AlertChannel
  private let deliver: Deliver
  private let timer: any DispatchSourceTimer
  private var pending: PendingAlerts
  private var underWay: [AlertMessage] = []
  private var pace = DeliveryPace()
  private var isWaiting = false
  /// Failures in a row.
  private(set) var failures = 0

  /// Told of the first failure of an outage.
  var failed: ((DeliveryFailure) -> Void)?
  /// Told how each delivery ended.
  var ended: ((DeliveryFailure?) -> Void)?
  /// Told what it has to be told of an alert, or that this is nothing any more.
  var changed: ((AlertMessage.Identity, AlertMessage?) -> Void)?

  init(_ channel: AlertChannel, queue: DispatchQueue, deliver: @escaping Deliver) {
    self.channel = channel
    self.deliver = deliver
    pending = PendingAlerts(for: channel)
    timer = DispatchSource.makeTimerSource(queue: queue)
    timer.setEventHandler { [weak self] in
      self?.isWaiting = false
      self?.advance()
    }
    timer.schedule(deadline: .distantFuture)
    timer.activate()
  }

  deinit { timer.cancel() }

  /// Everything that the channel has not taken, oldest first.
  var untold: [AlertMessage] { underWay + pending.all }

  /// Whether it has nothing more to do for now: all is told, or the channel fails.
  var isResting: Bool { underWay.isEmpty && (pending.isEmpty || isWaiting) }

  /// Takes what it has to be told; `advance` tells it.
  func add(_ messages: some Sequence<AlertMessage>) {
    for message in messages {
      pending.add(message)
      changed?(message.identity, message)
    }
  }

  func remove(_ message: AlertMessage) {
    pending.remove(message)
    changed?(message.identity, nil)
  }

  /// Forgets everything: there is nobody to be told.
  func empty() {
    for message in pending.all { remove(message) }
  }

  /// Takes other settings of the same channel; they may end its outage.
  func reconfigure(_ channel: AlertChannel) {
    guard channel != self.channel else { return }
    if channel.isAlertmanager != self.channel.isAlertmanager {
      empty()
      pending = PendingAlerts(for: channel)
    }
    self.channel = channel
    isWaiting = false
    timer.schedule(deadline: .distantFuture)
  }

  /// Tells the channel what is next, unless it is being told or has to be left alone.
  func advance() {
    guard underWay.isEmpty, !isWaiting, !pending.isEmpty else { return }
    // An Alertmanager has a pace of its own for people.
    if !channel.isAlertmanager {
      let span = pace.wait(at: Self.steady)
      guard span == .zero else { return wait(span) }
    }
    underWay = pending.take()
    deliver(underWay, channel) { [weak self] failure in self?.ended(failure) }
  }

  private func ended(_ failure: DeliveryFailure?) {
    let told = underWay
    underWay = []
    if let failure {
      pending.putBack(told)
      failures += 1
      if failures == 1 { failed?(failure) }
      wait(max(Self.wait(afterFailures: failures), failure.retryAfter ?? .zero))
    } else {
      failures = 0
      pace.count(at: Self.steady)
      for message in told where !pending.contains(message) { changed?(message.identity, nil) }
    }
    ended?(failure)
    advance()
  }

  private func wait(_ span: TimeSpan) {
    isWaiting = true
    timer.schedule(
      deadline: .now() + .milliseconds(Int(span.milliseconds)), leeway: .milliseconds(100))
  }

  private static var steady: TimeSpan {
    .milliseconds(Int64(clamping: DispatchTime.now().uptimeNanoseconds / 1_000_000))
  }

  /// Equal jitter: between half the step and the step.
  static func wait(afterFailures failures: Int) -> TimeSpan {
    let doublings = min(max(0, failures - 1), 16)
    let step = min(waits.longest, waits.first * Double(1 << doublings)).milliseconds
    return .milliseconds(Int64.random(in: step / 2...step))
  }
}
