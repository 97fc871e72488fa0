import Foundation

/// A real etcd of one member or several, on free ports of the loopback, with its data in a directory of its own.
///
/// It ends with its last reference, and with the test's process, however that ends.
package final class EtcdCluster: Sendable {
  /// The members, in no order that means anything.
  package let members: [EtcdMember]
  private let directory: String

  /// Starts the members, and waits until they serve.
  ///
  /// - Parameters:
  ///   - count: the number of members.
  ///   - scheme: `http`, or `https` if the options say with which certificates.
  ///   - options: further options of etcd, for all members.
  /// - Throws: `FixtureFailure` with the log of a member that does not serve.
  package init(members count: Int = 1, scheme: String = "http", options: [String] = []) throws {
    let directory = try Leftovers.directory("etcd")
    self.directory = directory
    let ports = try FreePorts.take(3 * count)
    let peers = (0..<count).map { "m\($0)=http://127.0.0.1:\(ports[3 * $0 + 1])" }
    // A member that is alone has nobody to wait for.
    let patience =
      count == 1
      ? ["--heartbeat-interval", "20", "--election-timeout", "200"]
      : ["--heartbeat-interval", "100", "--election-timeout", "1000"]
    members = try (0..<count).map { index in
      try EtcdMember(
        name: "m\(index)", scheme: scheme, ports: Array(ports[3 * index..<3 * index + 3]),
        directory: directory,
        options: ["--initial-cluster", peers.joined(separator: ",")] + patience + options)
    }
    for member in members { try member.waitUntilHealthy() }
  }

  deinit {
    for member in members { member.kill() }
    Leftovers.remove(directory)
  }

  /// The URLs of all members, for clients.
  package var endpoints: [String] { members.map(\.endpoint) }

  /// Waits until there is a leader among those that answer, and returns it.
  package func leader() throws -> EtcdMember {
    try until("there is a leader") { members.first(where: \.isLeader) }
  }

  /// Waits until a member answers reads that need a quorum.
  package func waitUntilHealthy() throws {
    _ = try until("etcd has a quorum") { members.first(where: \.isHealthy) }
  }

  /// Asks the first member's gateway, below `/v3/`, with a body of JSON; returns what it answers.
  @discardableResult
  package func ask(_ path: String, _ body: String) throws -> String {
    try members[0].ask(path, body)
  }
}

/// What a fixture could not do.
package struct FixtureFailure: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// Looks again and again until there is something to see.
func until<Value>(_ what: String, _ look: () throws -> Value?) throws -> Value {
  let deadline = Date(timeIntervalSinceNow: 60)
  while Date() < deadline {
    if let value = try look() { return value }
    usleep(20_000)
  }
  throw FixtureFailure("not within a minute: \(what)")
}
