import EtcdFixture
import Foundation

/// A DX, an etcd, and workplaces of several nodes that share the work.
struct ClusterScene {
  let simulator: Simulator
  let etcd: EtcdCluster
  let nodes: [Workplace]
  let names: [String]

  /// Makes a scene; no node runs yet.
  ///
  /// - Parameters:
  ///   - count: how many nodes.
  ///   - credentials: how many credentials each of them has in its configuration, with ids from 1 on.
  ///   - members: how many members etcd has.
  ///   - tables: TOML of further tables, for all nodes.
  ///   - inDX: TOML of further keys of each of the simulator's credentials.
  /// - Throws: `Failure`, or what keeps etcd from starting.
  init(nodes count: Int, credentials: Int, members: Int = 1, tables: String = "", inDX: String = "")
    throws
  {
    let accounts = (1...credentials).map { Account("c\($0)", id: $0, inDX: inDX) }
    simulator = try Simulator(Scene.simulated(accounts))
    etcd = try EtcdCluster(members: members)
    names = accounts.map(\.name)
    nodes = try (0..<count).map { _ in try Workplace() }
    for (index, place) in nodes.enumerated() {
      try place.put("dx-key-1\n", into: "key")
      try place.put("the same text on each of the nodes, long enough", into: "cluster")
      try place.dropIn(
        "10-base",
        """
        api.url = "\(simulator.url)"
        api.token = { file = "\(place.source("key"))" }
        api.timeout = "30s"
        retry.initial = "20ms"
        retry.max = "80ms"
        defaults.settle = "20ms"
        """)
      try place.dropIn("11-tables", tables)
      try join(index)
      for account in accounts {
        try place.put("value-1", into: account.name)
        try Scene.configure(account, in: place)
      }
    }
  }

  /// Has a node be one of the cluster, from its next start.
  ///
  /// - Parameters:
  ///   - index: which.
  ///   - name: what it is called; nil: by its index.
  /// - Throws: what keeps a file from being written.
  func join(_ index: Int, as name: String? = nil) throws {
    try nodes[index].dropIn(
      "12-cluster",
      """
      [cluster]
      node = "\(name ?? "host-\(index)")"
      lease = "4s"
      key = { file = "\(nodes[index].source("cluster"))" }
      """)
    try connect(index, to: etcd.endpoints)
  }

  /// Has a node be alone, from its next start.
  func leave(_ index: Int) throws {
    for name in ["12-cluster", "12-endpoints"] { try nodes[index].removeDropIn(name) }
  }

  /// Has a node reach etcd at these addresses.
  func connect(_ node: Int, to endpoints: [String]) throws {
    try nodes[node].dropIn(
      "12-endpoints", "cluster.endpoints = [\(endpoints.map(quoted).joined(separator: ", "))]")
  }

  /// Starts a node.
  func start(_ index: Int, environment: [String: String] = [:]) throws -> ClusterNode {
    try ClusterNode(nodes[index], environment)
  }

  /// Starts all nodes, and waits until each has its share and nothing is left over.
  func startAll() throws -> [ClusterNode] {
    let started = try nodes.indices.map { try start($0) }
    try waitForShares(of: started)
    return started
  }

  /// Waits until these nodes have all credentials between them; returns how many each has.
  @discardableResult
  func waitForShares(of running: [ClusterNode]) throws -> [Int] {
    let deadline = Date(timeIntervalSinceNow: patience)
    var shares: [Int] = []
    while Date() < deadline {
      for node in running { node.listen() }
      shares = running.map(\.share)
      if shares.reduce(0, +) == names.count, !shares.contains(0) { return shares }
      try running[0].listenForMore()
    }
    throw Failure("\(names.count) credentials were to be shared: \(shares)")
  }

  /// Puts a value into the sources of a credential, on every node.
  func put(_ value: String, into name: String) throws {
    for place in nodes { try place.put(value, into: name) }
  }

  /// Whose a credential is: the node that sends a new value of it.
  func owner(of name: String, among nodes: [ClusterNode]) throws -> Int {
    try put("value-2", into: name)
    let deadline = Date(timeIntervalSinceNow: patience)
    while Date() < deadline {
      for (index, node) in nodes.enumerated() {
        if try !node.daemon.events("rotated", ["credential": name]).isEmpty { return index }
      }
      for node in nodes { try node.listenForMore() }
    }
    throw Failure("nobody sends \(name)")
  }

  /// What DX was sent.
  func bodies() throws -> [String] { try simulator.requests(.update).map(\.body) }
}

/// A node that runs, and what it tells its service manager.
final class ClusterNode {
  let daemon: Daemon
  private let notify: NotifySocket
  /// How many credentials it says that it watches.
  private(set) var share = 0

  init(_ place: Workplace, _ environment: [String: String] = [:]) throws {
    unlink(place.root + "/notify")
    notify = try NotifySocket(in: place)
    daemon = try Daemon(
      place, environment: environment.merging(["NOTIFY_SOCKET": notify.path]) { $1 })
    try daemon.event("started")
  }

  /// Takes in what it has told up to now.
  func listen() { for message in notify.waiting() { take(message) } }

  /// Waits for what it tells next, or for a moment.
  func listenForMore() throws {
    if let message = notify.next(within: 1) { take(message) }
  }

  private func take(_ message: NotifySocket.Message) {
    guard let words = message["STATUS"]?.split(separator: " "), words.first == "watching",
      let count = words.dropFirst().first.flatMap({ Int($0) })
    else { return }
    share = count
  }
}
