import Dispatch
import RotationEngine

/// Takes each change of an alert to every channel that wants it, once, and again until it is taken.
///
/// Channels know nothing of each other: one that fails, or hangs, holds up no other. Everything is called on one serial
/// queue, and calls back on it.
package final class AlertDelivery: @unchecked Sendable {
  // All state is confined to `queue`; that is why @unchecked holds.

  /// How a channel does.
  package struct ChannelReport: Hashable, Sendable {
    /// Its id: `webhook.ops`.
    package var channel: String
    /// Whether it took what it was last given; true if it was given nothing yet.
    package var isUp: Bool
    /// What it has still to be told.
    package var waiting: Int
  }

  /// What a channel has still to be told of an alert has changed.
  package struct Change: Hashable, Sendable {
    /// The channel's id: `webhook.ops`.
    package var channel: String
    /// Which alert.
    package var identity: AlertMessage.Identity
    /// What it has to be told; nil: nothing any more.
    package var message: AlertMessage?
  }

  private let queue: DispatchQueue
  private let sender: ChannelSender
  private let clock: () -> WallTime
  private var instance = ""
  private var queues: [ChannelQueue] = []
  private var standing = StandingAlerts()
  private let resendTimer: any DispatchSourceTimer
  private var isResending = false
  /// A stop that waits for what is under way.
  private var drained: (() -> Void)?

  /// What has changed since `changesAreWritten`, in its order.
  ///
  /// An Alertmanager's alerts are not among it: it is told again and again of what stands.
  package private(set) var unwritten: [Change] = []
  /// Told that there is something unwritten which no turn of the loop will write.
  package var changed: (() -> Void)?
  /// Told of what has to be said in the journal.
  package var announce: ((Announcement) -> Void)?
  /// Told how each delivery ended: the channel's id, and whether it was taken.
  package var deliveryEnded: ((String, Bool) -> Void)?

  /// Makes a delivery without channels.
  ///
  /// - Parameters:
  ///   - queue: the serial queue of all calls.
  ///   - sender: takes alerts to channels.
  ///   - clock: the wall clock.
  package init(
    queue: DispatchQueue, sender: ChannelSender, clock: @escaping () -> WallTime
  ) {
    self.queue = queue
    self.sender = sender
    self.clock = clock
    resendTimer = DispatchSource.makeTimerSource(queue: queue)
    resendTimer.setEventHandler { [weak self] in self?.resend() }
    resendTimer.schedule(deadline: .distantFuture)
    resendTimer.activate()
  }

  deinit { resendTimer.cancel() }

  /// Uses these channels from now on; what those that stay have still to be told, they are told.
  package func configure(_ settings: AlertSettings, instance url: String) {
    instance = WebAddress(url)?.host ?? url
    let present = Dictionary(queues.map { ($0.channel.id, $0) }) { first, _ in first }
    let channels = AlertChannel.all(of: settings)
    sender.reconfigure(channels: channels.count)
    queues = channels.map { channel in
      guard let queue = present[channel.id] else { return makeQueue(channel) }
      queue.reconfigure(channel)
      return queue
    }
    let kept = Set(channels.map(\.id))
    for (id, queue) in present where !kept.contains(id) { queue.empty() }
    resend()
    tell()
    sayChanged()
  }

  /// Takes over from the run before: what stands, and by channel what was not delivered.
  ///
  /// A channel that keeps what it is told is told nothing twice. What was raised then and does not stand any more is
  /// not told at all.
  package func begin(standing notices: [AlertNotice], undelivered: [String: [AlertMessage]]) {
    for notice in notices {
      standing.restore(AlertMessage(notice, instance: instance, at: clock()))
    }
    let present = Dictionary(queues.map { ($0.channel.id, $0) }) { first, _ in first }
    for (channel, messages) in undelivered {
      for message in messages {
        let isSo = (message.phase == .resolved) != standing.contains(message.identity)
        if isSo, let queue = present[channel], !queue.channel.isAlertmanager {
          queue.add([message])
        } else {
          unwritten.append(Change(channel: channel, identity: message.identity))
        }
      }
    }
    resend()
    tell()
    sayChanged()
  }

  /// Takes over alerts that stand, and that the channels were told of by another node.
  package func takeOver(_ notices: [AlertNotice]) {
    for notice in notices {
      standing.restore(AlertMessage(notice, instance: instance, at: clock()))
    }
    resend()
  }

  /// Leaves the alerts of these credentials to another node, without a word to the channels.
  package func handOver(_ keys: Set<CredentialKey>) { standing.forget(keys) }

  /// Takes a change of an alert; nobody is told before `tell`.
  package func take(_ notice: AlertNotice) {
    let now = clock()
    let change = standing.take(AlertMessage(notice, instance: instance, at: now))
    for queue in queues {
      let least = queue.channel.severity
      if queue.channel.isAlertmanager {
        queue.add(change.ended.filter { $0.severity >= least }.map { $0.resolved(at: now) })
      } else {
        for old in change.ended where old.identity != change.message.identity {
          queue.remove(old)
        }
      }
      let isEnd = change.message.phase == .resolved
      if (isEnd ? change.worst : change.message.severity) >= least { queue.add([change.message]) }
    }
    scheduleResend()
  }

  /// Tells every channel what it has still to be told.
  package func tell() {
    for queue in queues { queue.advance() }
  }

  /// Says that everything in `unwritten` is on disk.
  package func changesAreWritten() { unwritten = [] }

  private func sayChanged() {
    if !unwritten.isEmpty { changed?() }
  }

  /// How each channel does, in the order of the configuration.
  package var reports: [ChannelReport] {
    queues.map {
      ChannelReport(channel: $0.channel.id, isUp: $0.failures == 0, waiting: $0.untold.count)
    }
  }

  /// Calls back once all is told that can be, or a time is over; what is left is told by the next run.
  package func drain(within span: TimeSpan, _ done: @escaping () -> Void) {
    drained = done
    queue.asyncAfter(deadline: .now() + .milliseconds(Int(span.milliseconds))) { [weak self] in
      self?.endDrain()
    }
    endDrainIfResting()
  }

  private func endDrainIfResting() {
    if drained != nil, queues.allSatisfy(\.isResting) { endDrain() }
  }

  private func endDrain() {
    guard let done = drained else { return }
    drained = nil
    done()
  }

  private func makeQueue(_ channel: AlertChannel) -> ChannelQueue {
    let made = ChannelQueue(channel, queue: queue) { [weak self] batch, channel, completion in
      guard let self else { return }
      sender.deliver(batch, to: channel, at: clock(), completion: completion)
    }
    let id = channel.id
    made.failed = { [weak self] failure in self?.announce?(Self.failed(id, failure)) }
    made.ended = { [weak self] failure in
      guard let self else { return }
      deliveryEnded?(id, failure == nil)
      sayChanged()
      endDrainIfResting()
    }
    made.changed = { [weak self, weak made] identity, message in
      guard let self, made?.channel.isAlertmanager == false else { return }
      unwritten.append(Change(channel: id, identity: identity, message: message))
    }
    return made
  }

  private static func failed(_ channel: String, _ failure: DeliveryFailure) -> Announcement {
    var said = Announcement(
      .alertDeliveryFailed, .error,
      "the alert channel \(channel) did not take an alert: \(failure.message). "
        + "It is tried again by itself, for as long as it takes; other channels are not affected. "
        + "To try it by hand, run: dx-rotated alert test \(Wording.shellWord(channel))",
      reason: channel)
    said.error = failure.message
    return said
  }

  // MARK: Alertmanager forgets

  private func resend() {
    isResending = false
    let all = standing.all
    for queue in queues where queue.channel.isAlertmanager {
      queue.add(all.filter { $0.severity >= queue.channel.severity })
      queue.advance()
    }
    scheduleResend()
  }

  private func scheduleResend() {
    guard !isResending, !standing.isEmpty, queues.contains(where: \.channel.isAlertmanager) else {
      return
    }
    isResending = true
    resendTimer.schedule(
      deadline: .now() + .milliseconds(Int(AlertmanagerAlert.resendInterval.milliseconds)),
      leeway: .seconds(1))
  }
}
