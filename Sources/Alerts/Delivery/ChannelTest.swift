import Dispatch
import RotationEngine

/// One marked test alert through each of some channels: `dx-rotated alert test`.
package final class ChannelTest {
  private let sender: ChannelSender

  /// Makes a test that sends with this sender, and on its queue.
  package init(sender: ChannelSender) { self.sender = sender }

  /// Sends to all channels at once.
  ///
  /// - Parameters:
  ///   - channels: where to.
  ///   - url: the DX instance's address.
  ///   - now: the time.
  ///   - ended: called for each channel with its failure, or nil.
  package func run(
    _ channels: [AlertChannel], instance url: String, at now: WallTime,
    ended: @escaping (AlertChannel, DeliveryFailure?) -> Void
  ) {
    sender.reconfigure(channels: channels.count)
    let message = AlertMessage(testOf: WebAddress(url)?.host ?? url, at: now)
    for channel in channels {
      sender.deliver([message], to: channel, at: now) { ended(channel, $0) }
    }
  }
}
