import Alerts
import DXClient
import Dispatch
import RotationEngine
import SecretMemory
import SecretSources

/// Reads the sources of alert channels: addresses and headers.
///
/// On threads of its own, so that a source which hangs here keeps no credential's waiting.
final class ChannelTexts {
  private let reader: SourceReader
  private let threads: ReaderThreads<String>

  init(queue: DispatchQueue, reader: SourceReader) {
    self.reader = reader
    threads = ReaderThreads(queue: queue, lanes: 2)
  }

  /// Reads all of a channel's sources, in order; each time anew, so that they can change.
  func read(
    _ channel: AlertChannel, completion: @escaping (Result<[SecretBytes], SourceFailure>) -> Void
  ) {
    let reader = reader
    let sources = channel.sources
    let taken = UncheckedBox(completion)
    threads.read(
      channel.id, named: "alert.\(channel.id)", paths: sources.compactMap(\.watchedPath),
      work: {
        Result { () throws(SourceFailure) in
          var texts: [SecretBytes] = []
          for source in sources { texts.append(try reader.text(of: source).get().text) }
          return texts
        }
      },
      completion: { taken.value($0) })
  }
}

extension ChannelSender {
  /// A sender with the daemon's sources, and its rules for what may be told.
  static func make(queue: DispatchQueue, reader: SourceReader) throws -> ChannelSender {
    let texts = ChannelTexts(queue: queue, reader: reader)
    return try ChannelSender(
      queue: queue, userAgent: "dx-rotated/\(Program.version)", path: Environment["PATH"],
      readTexts: { texts.read($0, completion: $1) },
      clean: { Redaction(of: $1).clean($0, limit: 1500) })
  }
}
