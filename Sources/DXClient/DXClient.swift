import HTTPTransport
import RotationEngine
import SecretMemory

/// DX's methods over HTTP: what is sent is exactly what contract section 3 says, and what comes back are plain facts.
///
/// It judges no answer, and sends nothing twice. Everything is called on the transport's queue, and calls back on it:
/// once for each call, and only for a request that cannot be sent from within the call itself.
package final class DXClient {
  private let transport: HTTPTransport
  private let userAgent: String
  private var api: APISettings

  /// The longest body of an answer that speaks of one credential, in bytes.
  private static let answerLimit = 1 << 20
  /// The longest body of a list, in bytes.
  private static let listLimit = 16 << 20

  /// Makes a client.
  ///
  /// - Parameters:
  ///   - transport: what carries the requests; its trust store and concurrency are its owner's to set.
  ///   - api: the instance and the limits of a request.
  ///   - version: the program's, for the `User-Agent`.
  package init(transport: HTTPTransport, api: APISettings, version: String) {
    self.transport = transport
    self.api = api
    userAgent = "dx-rotated/\(version)"
  }

  /// Takes other settings for all requests from now on.
  package func reconfigure(_ api: APISettings) {
    self.api = api
  }

  /// `credentials.update`: sends all secrets of a credential.
  ///
  /// - Parameters:
  ///   - key: the credential.
  ///   - secrets: all of its secrets, in the order they are sent in; without one, or with an empty or binary value,
  ///     nothing is sent, and the exchange has failed.
  ///   - expirationDate: the `expiration_date` (YYYY-MM-DD), where one is to be sent.
  ///   - bearer: the API key.
  ///   - mayBegin: asked when there is a connection and the first byte is about to leave; false: nothing is sent, and the
  ///     exchange has failed.
  ///   - completion: takes the end of the exchange.
  package func update(
    _ key: CredentialKey, secrets: [(key: String, value: SecretBytes)], expirationDate: String?,
    bearer: SecretBytes, mayBegin: @escaping @Sendable () -> Bool = { true },
    completion: @escaping (Exchange) -> Void
  ) {
    let body: SecretBytes
    do throws(UnsendableUpdate) {
      body = try SecretBytes(updateOf: key.id, secrets: secrets, expirationDate: expirationDate)
    } catch {
      return completion(.failed("\(error)"))
    }
    send(
      .post(body: body), "credentials.update", of: key.connection, bearer: bearer,
      hiding: secrets.map(\.value), mayBegin: mayBegin, completion: completion)
  }

  /// `credentials.list`: asks for all credentials of a connection.
  package func list(
    connection: Int64, bearer: SecretBytes, completion: @escaping (Exchange) -> Void
  ) {
    send(
      .get, "credentials.list", of: connection, bearer: bearer, answerLimit: Self.listLimit,
      completion: completion)
  }

  /// `credentials.info`: asks for one credential, which may be deleted.
  package func info(
    _ key: CredentialKey, bearer: SecretBytes, completion: @escaping (Exchange) -> Void
  ) {
    send(
      .get, "credentials.info/\(key.id)", of: key.connection, bearer: bearer,
      completion: completion)
  }

  private func send(
    _ method: HTTPRequest.Method, _ path: String, of connection: Int64, bearer: SecretBytes,
    hiding secrets: [SecretBytes] = [], answerLimit: Int = DXClient.answerLimit,
    mayBegin: @escaping @Sendable () -> Bool = { true },
    completion: @escaping (Exchange) -> Void
  ) {
    guard !bearer.isEmpty else { return completion(.failed("the API key is empty")) }
    var headers = [HTTPHeader("Authorization", .secret(prefix: "Bearer ", bearer))]
    if case .post = method { headers.append(HTTPHeader("Content-Type", .text("application/json"))) }
    headers.append(HTTPHeader("Accept", .text("application/json")))
    headers.append(HTTPHeader("User-Agent", .text(userAgent)))
    let request = HTTPRequest(
      method: method, url: "\(api.url)/api/connections/\(connection)/\(path)", headers: headers,
      timeoutMilliseconds: Int(clamping: api.timeout.milliseconds),
      connectTimeoutMilliseconds: Int(clamping: api.connectTimeout.milliseconds),
      maximumAnswerBytes: answerLimit, mayBegin: mayBegin)
    let redaction = Redaction(of: secrets + [bearer])
    transport.send(request) { completion(Exchange($0, redaction)) }
  }
}
