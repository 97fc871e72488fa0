import Dispatch
import Glibc
import RotationEngine
import SecretSources

/// Every source of a configuration, read once, for a command that waits for it.
///
/// As in the daemon each is read by a thread that is given up when it does not answer (rule 10), so that one that hangs
/// hides nothing that is wrong with the others.
struct SourceCheck {
  /// What came of one reading: its warnings, or why there is no value.
  struct Checked: Sendable {
    /// Whose it is, as people are told.
    var name: String
    var result: Result<[String], SourceFailure>
  }

  private struct Reading {
    var name: String
    var sources: [Source]
    var read: @Sendable () -> Result<[String], SourceFailure>
  }

  private let reader: SourceReader
  private let key: FingerprintKey

  /// Makes a check.
  ///
  /// - Parameters:
  ///   - reader: reads sources.
  ///   - key: any; nothing is kept of what is read.
  init(reader: SourceReader, key: FingerprintKey) {
    self.reader = reader
    self.key = key
  }

  /// Reads them all, and gives what came of it in their order.
  func results(_ settings: Settings) -> [Checked] {
    let readings = readings(settings)
    let queue = DispatchQueue(label: "check")
    let threads = ReaderThreads<Int>(queue: queue)
    // Filled on the queue alone, and taken when all have answered.
    let results = UncheckedBox(Results(count: readings.count))
    let all = DispatchGroup()
    queue.sync {
      for (number, reading) in readings.enumerated() {
        all.enter()
        threads.read(
          number, named: Wording.names(of: reading.sources),
          paths: reading.sources.compactMap(\.watchedPath), work: reading.read
        ) { result in
          results.value.found[number] = result
          all.leave()
        }
      }
    }
    all.wait()
    return zip(readings, queue.sync { results.value.found }).compactMap { reading, result in
      result.map { Checked(name: reading.name, result: $0) }
    }
  }

  private final class Results {
    var found: [Result<[String], SourceFailure>?]

    init(count: Int) { found = Array(repeating: nil, count: count) }
  }

  private func readings(_ settings: Settings) -> [Reading] {
    let (reader, key) = (reader, key)
    var readings = shared(settings.api, settings.cluster)
    for credential in settings.credentials where credential.policy.enabled {
      readings.append(
        Reading(name: credential.name.printable, sources: credential.sources) {
          reader.values(of: credential, keyedBy: key).map(\.warnings)
        })
    }
    for webhook in settings.alert.webhooks {
      let name = "alert.webhook.\(webhook.name.printable)"
      readings += text("\(name).url", webhook.url)
      for header in webhook.headers {
        readings += text("\(name).headers.\(header.name.printable)", header.value)
      }
    }
    return readings
  }

  /// What belongs to no single credential.
  private func shared(_ api: APISettings, _ cluster: ClusterSettings?) -> [Reading] {
    let (reader, key) = (reader, key)
    var readings = [
      Reading(name: "api.token", sources: [api.token]) {
        reader.apiKey(api.token, expiration: api.tokenExpiration, keyedBy: key).map(\.warnings)
      }
    ]
    if let file = api.caFile {
      readings.append(
        Reading(name: "api.ca_file", sources: [Source(.file(path: file))]) { Self.opened(file) })
    }
    if let cluster {
      readings.append(
        Reading(name: "cluster.key", sources: [cluster.key]) {
          reader.clusterKey(cluster.key).map(\.warnings)
        })
      if let password = cluster.password {
        readings += text("cluster.password", .source(password))
      }
    }
    return readings
  }

  private func text(_ name: String, _ text: AlertSettings.Text) -> [Reading] {
    guard case .source(let source) = text else { return [] }
    let reader = reader
    return [Reading(name: name, sources: [source]) { reader.text(of: source).map(\.warnings) }]
  }

  /// Whether a file is there and may be read; what is in it shows once TLS is spoken.
  private static func opened(_ path: String) -> Result<[String], SourceFailure> {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let problem = SourceFailure.plainText(errno)
      return .failure(SourceFailure(.unreadable, "file \(path): \(problem)"))
    }
    close(descriptor)
    return .success([])
  }
}
