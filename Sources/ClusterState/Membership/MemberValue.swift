import ClusterSharing
import RotationEngine
import StateStore

/// What a node tells the others of itself, under its name and with its lease.
struct MemberValue: Hashable {
  /// The program's version.
  var version: String
  /// When the node joined.
  var since: WallTime
  /// What tells whether another node has the same credentials in its configuration.
  var digest: UInt64
  /// The credentials that it leaves to others.
  var yielded: [CredentialKey]

  var bytes: [UInt8] {
    var value = StoredValue()
    value.add(version)
    value.add(since.millisecondsSinceEpoch)
    value.add(Int64(bitPattern: digest))
    value.addCredentials(yielded)
    return value.bytes
  }

  init(version: String, since: WallTime, _ member: ClusterMember, digest: UInt64) {
    self.version = version
    self.since = since
    self.digest = digest
    yielded = member.yielded.sorted()
  }

  init(_ found: EtcdKeyValue) throws(StateError) {
    var reader = try StoredValueReader(found.value, of: found.key)
    version = try reader.text()
    since = WallTime(millisecondsSinceEpoch: try reader.integer())
    digest = UInt64(bitPattern: try reader.integer())
    yielded = try reader.credentials()
    try reader.finish()
  }
}

/// The credentials of a node's configuration, for nodes whose configuration is another: in pages, since etcd takes
/// 1.5 MiB at most in one request.
enum ConfiguredCredentials {
  static let page = 20_000

  /// The hash by which nodes see that they have the same ones.
  static func digest(of keys: Set<CredentialKey>) -> UInt64 {
    var hash = StableHash()
    for key in keys.sorted() {
      hash.combine(key.connection)
      hash.combine(key.id)
    }
    return hash.value
  }

  /// All pages but the last are full; the last is not, so that those of a longer configuration before do not count.
  static func pages(of keys: Set<CredentialKey>) -> [[UInt8]] {
    let sorted = keys.sorted()
    return stride(from: 0, through: sorted.count, by: page).map { start in
      var value = StoredValue()
      value.addCredentials(Array(sorted[start..<min(start + page, sorted.count)]))
      return value.bytes
    }
  }

  /// Reads pages in whatever order they are.
  ///
  /// - Throws: `newer`, or `unreadable` where they are not of this digest.
  static func read(
    _ pages: [EtcdKeyValue], digest: UInt64
  ) throws(StateError) -> Set<CredentialKey> {
    var keys: Set<CredentialKey> = []
    // 10 comes behind 9.
    for page in pages.sorted(by: { ($0.key.utf8.count, $0.key) < ($1.key.utf8.count, $1.key) }) {
      var reader = try StoredValueReader(page.value, of: page.key)
      let found = try reader.credentials()
      try reader.finish()
      keys.formUnion(found)
      guard found.count == Self.page else { break }
    }
    guard Self.digest(of: keys) == digest else {
      throw .unreadable(path: pages.first?.key ?? "", reason: "they are another configuration's")
    }
    return keys
  }
}

extension StoredValue {
  /// Sorted keys: each connection once, with the steps from one id to the next.
  fileprivate mutating func addCredentials(_ keys: [CredentialKey]) {
    add(Int64(keys.count))
    var last = CredentialKey(connection: 0, id: 0)
    for key in keys {
      let isSame = key.connection == last.connection
      add(key.connection - last.connection)
      add(isSame ? key.id - last.id : key.id)
      last = key
    }
  }
}

extension StoredValueReader {
  fileprivate mutating func credentials() throws(StateError) -> [CredentialKey] {
    var keys: [CredentialKey] = []
    var last = CredentialKey(connection: 0, id: 0)
    for _ in 0..<(try integer()) {
      let step = try integer()
      let id = try integer()
      let key = CredentialKey(
        connection: last.connection &+ step, id: step == 0 ? last.id &+ id : id)
      keys.append(key)
      last = key
    }
    return keys
  }
}
