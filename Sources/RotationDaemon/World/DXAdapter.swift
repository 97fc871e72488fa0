import DXClient
import Dispatch
import HTTPTransport
import RotationEngine
import SecretMemory
import SecretSources

/// DX as the loop sees it: the methods with the API key filled in.
final class DXAdapter {
  private let transport: HTTPTransport
  private let client: DXClient
  /// The key that was read last.
  private var candidate: (fingerprint: Fingerprint, key: SecretBytes)?
  /// The key in use.
  private var bearer: (fingerprint: Fingerprint, key: SecretBytes)?

  /// Makes an adapter that has no key yet.
  init(queue: DispatchQueue, api: APISettings) throws(HTTPFailure) {
    transport = try HTTPTransport(queue: queue, configuration: Self.configuration(api))
    client = DXClient(transport: transport, api: api, version: Program.version)
    transport.becameIdle = { ProcessSetup.giveBackProgram() }
  }

  /// Called after the completions of each turn of the transport.
  var turnEnded: (() -> Void)? {
    get { transport.turnEnded }
    set { transport.turnEnded = newValue }
  }

  func reconfigure(_ api: APISettings) {
    transport.reconfigure(Self.configuration(api))
    client.reconfigure(api)
  }

  private static func configuration(_ api: APISettings) -> HTTPTransportConfiguration {
    // Only a loopback host may do without TLS: what is sent in clear must not leave the machine by a proxy.
    HTTPTransportConfiguration(
      caFile: api.caFile, isDirect: !api.url.hasPrefix("https:"),
      maximumConnections: api.concurrency,
      userAgent: "dx-rotated/\(Program.version)")
  }

  /// Ends every request that is under way.
  func cancelAll() { transport.cancelAll() }

  /// Takes a key that was read; it is used once the engine says so.
  func offer(_ read: KeyRead) { candidate = (read.reading.fingerprint, read.key) }

  func use(_ fingerprint: Fingerprint) {
    guard let candidate, candidate.fingerprint == fingerprint else { return }
    bearer = candidate
  }

  func update(
    _ attempt: Attempt, _ values: SourceAdapter.KeptValues, expirationDate: String?,
    mayBegin: @escaping @Sendable () -> Bool, completion: @escaping (Exchange) -> Void
  ) {
    guard let bearer else { return completion(Self.noKey) }
    client.update(
      attempt.key, secrets: values.secrets, expirationDate: expirationDate, bearer: bearer.key,
      mayBegin: mayBegin, completion: completion)
  }

  func list(connection: Int64, completion: @escaping (Exchange) -> Void) {
    guard let bearer else { return completion(Self.noKey) }
    client.list(connection: connection, bearer: bearer.key, completion: completion)
  }

  func info(_ key: CredentialKey, completion: @escaping (Exchange) -> Void) {
    guard let bearer else { return completion(Self.noKey) }
    client.info(key, bearer: bearer.key, completion: completion)
  }

  private static let noKey = Exchange.failed("the API key was not read yet")
}
