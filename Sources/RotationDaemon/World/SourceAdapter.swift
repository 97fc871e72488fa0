import Dispatch
import RotationEngine
import SecretMemory
import SecretSources

/// Reads and watches the sources for the loop, and keeps the values that are about to be sent.
final class SourceAdapter: @unchecked Sendable {
  // All state is confined to the loop's queue; that is why @unchecked holds.

  /// Values on their way to DX.
  struct KeptValues {
    var secrets: [(key: String, value: SecretBytes)]
    var expiration: WallTime?
  }

  /// Who a file is watched for.
  enum Watcher: Hashable, Sendable {
    case credential(CredentialKey)
    case apiKey
  }

  private let reader: SourceReader
  private let fingerprintKey: FingerprintKey
  private let threads: ReaderThreads<Watcher>
  private let watch: SourceWatch<Watcher>?
  private var kept: [CredentialKey: KeptValues] = [:]
  /// Whose values are to be kept when they are read.
  private var wanted: Set<CredentialKey> = []

  /// Makes an adapter.
  ///
  /// - Parameters:
  ///   - queue: the loop's queue.
  ///   - reader: reads sources.
  ///   - fingerprintKey: the key of the state's fingerprints.
  ///   - touched: told of sources whose files may have changed; nil: nothing is watched.
  ///   - limited: told what cannot be watched.
  init(
    queue: DispatchQueue, reader: SourceReader, fingerprintKey: FingerprintKey,
    touched: ((Set<Watcher>) -> Void)?, limited: @escaping (String) -> Void
  ) {
    self.reader = reader
    self.fingerprintKey = fingerprintKey
    threads = ReaderThreads(queue: queue)
    watch = touched.map { SourceWatch(queue: queue, touched: $0, limited: limited) }
  }

  /// Watches the files of these sources from now on, and no others.
  func watch(_ api: APISettings, _ credentials: some Collection<CredentialSettings>) {
    guard let watch else { return }
    var paths: [String: Few<Watcher>] = [:]
    for credential in credentials where credential.policy.enabled {
      for path in credential.sources.compactMap(\.watchedPath) {
        paths[path, default: .none].insert(.credential(credential.key))
      }
    }
    var keySources = [api.token]
    if case .source(let date)? = api.tokenExpiration { keySources.append(date) }
    for path in keySources.compactMap(\.watchedPath) {
      paths[path, default: .none].insert(.apiKey)
    }
    watch.update(paths)
  }

  /// Reads all sources of a credential in one pass.
  func read(
    _ credential: CredentialSettings, forSend: Bool,
    completion: @escaping (Result<Reading, SourceFailure>) -> Void
  ) {
    let reader = reader
    let fingerprintKey = fingerprintKey
    if forSend { wanted.insert(credential.key) }
    let taken = UncheckedBox(completion)
    threads.read(
      .credential(credential.key), named: Wording.names(of: credential.sources),
      paths: credential.sources.compactMap(\.watchedPath),
      work: { reader.values(of: credential, keyedBy: fingerprintKey) },
      completion: { result in
        if self.wanted.remove(credential.key) != nil, case .success(let values) = result {
          self.kept[credential.key] = KeptValues(
            secrets: values.secrets, expiration: values.reading.expiration)
        }
        taken.value(result.map(\.reading))
      })
  }

  /// Reads the API key.
  func readAPIKey(
    _ api: APISettings, completion: @escaping (Result<KeyRead, SourceFailure>) -> Void
  ) {
    let reader = reader
    let fingerprintKey = fingerprintKey
    let taken = UncheckedBox(completion)
    let paths = [api.token.watchedPath].compactMap { $0 }
    threads.read(
      .apiKey, named: "\(api.token)", paths: paths,
      work: { reader.apiKey(api.token, expiration: api.tokenExpiration, keyedBy: fingerprintKey) },
      completion: { taken.value($0) })
  }

  /// Hands over the values that were kept, which are then no longer kept.
  func take(_ key: CredentialKey) -> KeptValues? { kept.removeValue(forKey: key) }

  /// Wipes the values that were kept, or are being read to be kept.
  func discard(_ key: CredentialKey) {
    kept[key] = nil
    wanted.remove(key)
  }
}
