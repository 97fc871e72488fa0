import RotationEngine
import Testing

@testable import Configuration

/// The table `cluster`.
@Suite struct ClusterTests {
  /// The least that a cluster needs, on the lines 8 to 10 of a file.
  static let least = """
    [cluster]
    endpoints = ["https://etcd-1:2379"]
    key = { credential = "cluster-key" }

    """

  static let key = Source(.credential(name: "cluster-key"))

  @Test func isNotThereWithoutItsTable() throws {
    #expect(try settings(of: base).cluster == nil)
  }

  @Test func hasItsDefaults() throws {
    var cluster = ClusterSettings(key: Self.key)
    cluster.endpoints = ["https://etcd-1:2379"]
    #expect(cluster.prefix == "/dx-rotated/")
    #expect(cluster.lease == .seconds(15))
    #expect(try settings(of: base + Self.least).cluster == cluster)
  }

  @Test func readsEveryKey() throws {
    let cluster = try settings(
      of: base + """
        [cluster]
        endpoints = ["HTTPS://Etcd-1:2379/", "http://127.0.0.1:2379", "https://[::1]"]
        prefix = "/teams/dx"
        node = "host-a.example_1"
        lease = "1min 30s"
        key = { file = "/run/key", json = "/key" }
        ca_file = "/etc/ca.pem"
        cert_file = "/etc/client.pem"
        key_file = "/etc/client.key"
        username = "dx rotated"
        password = { env = "ETCD_PASSWORD" }
        """
    ).cluster
    var expected = ClusterSettings(key: Source(.file(path: "/run/key"), pointer: "/key"))
    expected.endpoints = ["https://etcd-1:2379", "http://127.0.0.1:2379", "https://[::1]"]
    expected.prefix = "/teams/dx/"
    expected.node = "host-a.example_1"
    expected.lease = .seconds(90)
    expected.caFile = "/etc/ca.pem"
    expected.certificateFile = "/etc/client.pem"
    expected.keyFile = "/etc/client.key"
    expected.username = "dx rotated"
    expected.password = Source(.environment(name: "ETCD_PASSWORD"))
    #expect(cluster == expected)
  }

  @Test func saysWhatIsMissing() throws {
    let advice =
      #"; a cluster has endpoints = ["https://etcd-1:2379"] and key = { credential = "cluster-key" }"#
    #expect(
      try lines(of: base + "[cluster]") == [
        "a.toml:8:2: error: cluster.endpoints is missing\(advice)",
        "a.toml:8:2: error: cluster.key is missing\(advice)",
      ])
    #expect(
      try lines(of: base + "cluster.prefix = \"/\"").map { $0.prefix(30) } == [
        #"a.toml:8:1: error: unknown key"#
      ])
  }

  @Test(arguments: [
    ("cert_file", #""/a""#, "key_file"), ("key_file", #""/a""#, "cert_file"),
    ("username", #""a""#, "password"), ("password", "{ env = \"A\" }", "username"),
  ])
  func takesPairsOnlyTogether(name: String, value: String, other: String) throws {
    #expect(
      try lines(of: base + Self.least + "\(name) = \(value)") == [
        "a.toml:11:1: error: cluster.\(other) is missing; cluster.\(name) goes together with it"
      ])
  }

  @Test(arguments: [
    (
      "endpoints = []",
      #"9:13: error: cluster.endpoints must be an array of addresses such as ["https://etcd-1:2379"], and is empty"#
    ),
    (
      "endpoints = \"https://etcd-1:2379\"",
      #"9:13: error: cluster.endpoints must be an array of addresses such as ["https://etcd-1:2379"], not text"#
    ),
    (
      "endpoints = [\"https://a\", 5]",
      #"9:27: error: cluster.endpoints must be an address such as "https://etcd-1:2379", not an integer"#
    ),
    (
      "endpoints = [\"https://a\", \"http://etcd-2:2379\"]",
      "9:27: error: cluster.endpoints must begin with https://; only a loopback host may do without"
    ),
    (
      "endpoints = [\"https://me:hunter2@a\"]",
      #"9:14: error: cluster.endpoints must name the member alone, such as "https://etcd-1:2379", without user information"#
    ),
    ("prefix = \"dx/\"", "9:10: error: cluster.prefix must begin with \"/\""),
    (
      "prefix = \"/d x/\"",
      "9:10: error: cluster.prefix must have printable ASCII characters alone, and no spaces"
    ),
    (
      "prefix = \"/dü/\"",
      "9:10: error: cluster.prefix must have printable ASCII characters alone, and no spaces"
    ),
    ("prefix = 5", "9:10: error: cluster.prefix must be text, not an integer"),
    (
      "node = \"a/b\"",
      #"9:8: error: cluster.node must be a name of 1 to 64 letters, digits, ".", "-" and "_""#
    ),
    (
      "node = \"\"",
      #"9:8: error: cluster.node must be a name of 1 to 64 letters, digits, ".", "-" and "_""#
    ),
    (
      "lease = \"1s\"",
      "9:9: error: cluster.lease must be from 2s to 10min, in whole seconds, not 1s"
    ),
    (
      "lease = \"2500ms\"",
      "9:9: error: cluster.lease must be from 2s to 10min, in whole seconds, not 2.5s"
    ),
    ("lease = 15", "9:9: error: cluster.lease is a bare number; write \"15s\" for seconds"),
    (
      "key = \"hunter2\"",
      #"9:7: error: cluster.key must be a source such as { file = "/run/secrets/…" }, not text: secrets do not belong into drop-ins"#
    ),
    (
      "ca_file = \"ca.pem\"",
      "9:11: error: cluster.ca_file must be an absolute path, which begins with \"/\""
    ),
    ("username = \"\"\npassword.env = \"A\"", "9:12: error: cluster.username must not be empty"),
    (
      "nodes = 1",
      #"9:1: error: unknown key "nodes" in cluster; did you mean "node"?"#
    ),
  ])
  func refuses(text: String, says: String) throws {
    let rest = Self.least.split(separator: "\n").dropFirst()
      .filter { !text.hasPrefix($0.prefix { $0 != " " } + " ") }
    let file = base + "[cluster]\n\(text)\n" + rest.joined(separator: "\n")
    #expect(try lines(of: file) == ["a.toml:\(says)"])
  }

  @Test func namesOfNodesHaveALimit() throws {
    let longest = String(repeating: "n", count: 64)
    let cluster = try settings(of: base + Self.least + "node = \"\(longest)\"").cluster
    #expect(cluster?.node == longest)
    #expect(try lines(of: base + Self.least + "node = \"\(longest)n\"").count == 1)
  }
}
