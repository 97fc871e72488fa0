import Alerts
import Dispatch
import RotationEngine
import SecretSources

/// `dx-rotated alert test`: a marked test alert through the configured channels.
package struct AlertTestCommand {
  private let place: CommandPlace
  private let names: [String]

  /// Makes the command; no names: all channels.
  package init(place: CommandPlace, names: [String]) {
    self.place = place
    self.names = names
  }

  /// Sends, and prints a line for each channel.
  package func run() throws(ExitStatus) -> ExitStatus {
    let settings = try place.loadConfiguration().settings
    let channels = try select(from: AlertChannel.all(of: settings.alert))
    guard !channels.isEmpty else {
      Output.error(
        "dx-rotated: no alert channel is configured; add an alert.webhook.NAME or alert.command.NAME"
      )
      return .configuration
    }
    let failures = try failures(of: channels, settings)
    var status = ExitStatus.done
    for channel in channels {
      guard let failure = failures[channel.id] else {
        Output.text("\(channel.id.printable): delivered")
        continue
      }
      Output.error("\(channel.id.printable): error: \(failure.message.printable)")
      if status == .done { status = failure.isSource ? .sourceUnavailable : .unreachable }
    }
    return status
  }

  /// The channels of these names, in their order; `webhook.NAME` tells one from a command of the same name.
  private func select(from all: [AlertChannel]) throws(ExitStatus) -> [AlertChannel] {
    guard !names.isEmpty else { return all }
    var selected: [AlertChannel] = []
    for name in names {
      let found = all.filter { $0.name == name || $0.id == name }
      guard !found.isEmpty else {
        let known = all.map(\.id).joined(separator: ", ").printable
        Output.error(
          "dx-rotated: no alert channel of the name \(name.printable); "
            + (known.isEmpty ? "none is configured" : "there are: \(known)"))
        throw .usage
      }
      selected += found.filter { !selected.contains($0) }
    }
    return selected
  }

  private func failures(
    of channels: [AlertChannel], _ settings: Settings
  ) throws(ExitStatus) -> [String: DeliveryFailure] {
    let queue = DispatchQueue(label: "dx-rotated.alert-test")
    let finished = DispatchGroup()
    let box = Results()
    let reader = SourceReader(
      environment: SecretSources.ProcessEnvironment(),
      credentialsDirectory: Environment["CREDENTIALS_DIRECTORY"], readsEnvironment: false)
    do {
      try queue.sync {
        let test = ChannelTest(sender: try ChannelSender.make(queue: queue, reader: reader))
        box.test = test
        for _ in channels { finished.enter() }
        test.run(channels, instance: settings.api.url, at: SystemClock().wall) { channel, failure in
          box.failures[channel.id] = failure
          finished.leave()
        }
      }
    } catch {
      Output.error("dx-rotated: \(error)")
      throw .unexpected
    }
    finished.wait()
    return queue.sync {
      box.test = nil
      return box.failures
    }
  }

  /// What is handed from the queue to the command's thread, one after the other.
  private final class Results: @unchecked Sendable {
    var failures: [String: DeliveryFailure] = [:]
    var test: ChannelTest?
  }
}
