import Foundation

/// One member of an `EtcdCluster`: a process that can be killed, stopped and started again.
package final class EtcdMember: @unchecked Sendable {
  // The process is guarded by `lock`; that is why @unchecked holds.

  /// Its URL for clients.
  package let endpoint: String
  /// What it writes to standard error.
  package let log: String
  private let arguments: [String]
  private let port: Int
  private let metricsPort: Int
  private let lock = NSLock()
  private var process: pid_t?

  init(
    name: String, scheme: String, ports: [Int], directory: String, options: [String]
  ) throws {
    port = ports[0]
    metricsPort = ports[2]
    endpoint = "\(scheme)://127.0.0.1:\(port)"
    log = "\(directory)/\(name).log"
    let peer = "http://127.0.0.1:\(ports[1])"
    arguments =
      [
        "/usr/bin/etcd", "--name", name, "--data-dir", "\(directory)/\(name)",
        "--listen-client-urls", endpoint, "--advertise-client-urls", endpoint,
        "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
        "--listen-metrics-urls", "http://127.0.0.1:\(metricsPort)",
      ] + options
    try start()
  }

  deinit { kill() }

  /// Starts it, as before.
  package func start() throws {
    try lock.withLock {
      process = try EtcdProcess.start(arguments, log: log) { [weak self] ended in
        self?.lock.withLock { if self?.process == ended { self?.process = nil } }
      }
    }
  }

  /// Ends it as a loss of power would.
  package func kill() { signal(SIGKILL) }

  /// Stops it: its connections stay, and nothing is answered on them.
  package func stop() { signal(SIGSTOP) }

  /// Has it go on.
  package func resume() { signal(SIGCONT) }

  /// Kills it and starts it again, and waits until it serves.
  package func restart() throws {
    kill()
    _ = try until("etcd ends") { isRunning ? nil : true }
    try start()
    try waitUntilHealthy()
  }

  private var isRunning: Bool { lock.withLock { process != nil } }

  private func signal(_ number: Int32) {
    lock.withLock { if let process { _ = Glibc.kill(process, number) } }
  }

  /// Whether it answers, and has a quorum behind it.
  package var isHealthy: Bool {
    (try? LoopbackHTTP.get(port: metricsPort, "/health"))?.contains(#""health":"true""#) ?? false
  }

  /// Whether it is the leader.
  package var isLeader: Bool {
    (try? LoopbackHTTP.get(port: metricsPort, "/metrics"))?
      .contains("\netcd_server_is_leader 1\n") ?? false
  }

  /// Waits until it answers and has a quorum behind it.
  package func waitUntilHealthy() throws {
    do {
      _ = try until("\(endpoint) serves") {
        guard isRunning else { throw FixtureFailure("etcd has ended") }
        return isHealthy ? true : nil
      }
    } catch {
      let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
      throw FixtureFailure("\(error)\n\(text.suffix(3_000))")
    }
  }

  /// Asks its gateway, below `/v3/`, with a body of JSON; returns what it answers.
  ///
  /// Only where it does without TLS.
  @discardableResult
  package func ask(_ path: String, _ body: String) throws -> String {
    try exchange(path, body).body
  }

  /// The same, with the answer's status.
  package func exchange(_ path: String, _ body: String) throws -> (status: String, body: String) {
    try LoopbackHTTP.post(port: port, "/v3/\(path)", body)
  }
}
