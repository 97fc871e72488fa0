import Descriptors
import Dispatch
import HTTPTransport
import RotationEngine
import SecretMemory

/// Takes alerts to channels: one delivery each time, without queueing or trying again.
package final class ChannelSender {
  /// Reads all of a channel's sources, in order.
  package typealias TextReader = (
    AlertChannel, @escaping (Result<[SecretBytes], SourceFailure>) -> Void
  ) -> Void

  /// Takes secrets, and whatever could break a line, out of a text that others wrote.
  package typealias Cleaner = (String, [SecretBytes]) -> String

  private let queue: DispatchQueue
  private let transport: HTTPTransport
  private let userAgent: String
  private let path: String?
  private let readTexts: TextReader
  private let clean: Cleaner
  // Made for the first command: most services have none.
  private var watch: DescriptorWatch?

  /// Makes a sender.
  ///
  /// - Parameters:
  ///   - queue: the serial queue of all calls and completions.
  ///   - userAgent: the `User-Agent` of webhooks.
  ///   - path: the `PATH` that commands get; nil: the usual one.
  ///   - readTexts: reads sources.
  ///   - clean: takes secrets out of what channels answer.
  /// - Throws: `HTTPFailure` if libcurl cannot be set up.
  package init(
    queue: DispatchQueue, userAgent: String, path: String?, readTexts: @escaping TextReader,
    clean: @escaping Cleaner
  ) throws(HTTPFailure) {
    self.queue = queue
    self.userAgent = userAgent
    self.path = path
    self.readTexts = readTexts
    self.clean = clean
    transport = try HTTPTransport(queue: queue, configuration: Self.configuration(userAgent, 1))
  }

  // A connection for each, so that an endpoint which hangs holds up no other.
  private static func configuration(
    _ userAgent: String, _ channels: Int
  ) -> HTTPTransportConfiguration {
    HTTPTransportConfiguration(maximumConnections: max(1, channels), userAgent: userAgent)
  }

  /// Says for how many channels it works.
  func reconfigure(channels: Int) {
    transport.reconfigure(Self.configuration(userAgent, channels))
  }

  /// Delivers; the completion is called once, on the queue; nil: the channel took it.
  func deliver(
    _ batch: [AlertMessage], to channel: AlertChannel, at now: WallTime,
    completion: @escaping (DeliveryFailure?) -> Void
  ) {
    switch channel {
    case .webhook(let webhook):
      guard !channel.sources.isEmpty else {
        return post(batch, to: webhook, texts: [], at: now, completion: completion)
      }
      readTexts(channel) { [weak self] result in
        switch result {
        case .success(let texts):
          self?.post(batch, to: webhook, texts: texts, at: now, completion: completion)
        case .failure(let failure):
          completion(DeliveryFailure(failure.message, isSource: true))
        }
      }
    case .command(let command):
      run(command, on: batch, completion: completion)
    }
  }

  private func post(
    _ batch: [AlertMessage], to webhook: AlertSettings.Webhook, texts: [SecretBytes],
    at now: WallTime, completion: @escaping (DeliveryFailure?) -> Void
  ) {
    do throws(DeliveryFailure) {
      let post = try WebhookPost(webhook, texts: texts)
      let body = AlertBody.webhook(webhook.format, batch, at: now)
      transport.send(post.request(webhook.format, body: body)) { [clean] result in
        completion(WebhookPost.failure(result) { clean($0, post.secrets) })
      }
    } catch {
      completion(error)
    }
  }

  private func run(
    _ command: AlertSettings.Command, on batch: [AlertMessage],
    completion: @escaping (DeliveryFailure?) -> Void
  ) {
    guard let message = AlertMessage.grouped(batch) else { return completion(nil) }
    if watch == nil { watch = DescriptorWatch(queue: queue) }
    guard let watch else {
      return completion(DeliveryFailure("it cannot be watched: there is no descriptor left"))
    }
    do throws(DeliveryFailure) {
      try CommandRun.start(command, on: message, path: path, watch: watch, queue: queue) {
        [clean] failure in
        completion(failure.map { DeliveryFailure(clean($0.message, [])) })
      }
    } catch {
      completion(error)
    }
  }
}
