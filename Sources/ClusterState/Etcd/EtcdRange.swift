/// A question for keys and values, at one revision of etcd.
package struct EtcdRange: Sendable {
  /// The first key.
  var first: String
  /// The key behind the last; nil: the first key alone.
  var end: String?
  /// At most so many keys; nil: all.
  package var limit: Int?
  /// Only what was written at this revision or later.
  package var minimumModification: Int64?
  /// As of this revision; nil: the present.
  package var revision: Int64?
  /// What came to be last comes first, rather than by key.
  package var newestFirst = false
  /// Without the values.
  package var keysOnly = false

  /// Asks for one key.
  package init(key: String) {
    first = key
  }

  /// Asks for all keys that begin with a prefix that is not empty.
  package init(prefix: String) {
    first = prefix
    end = Self.end(of: prefix)
  }

  /// The first key behind all that begin with a prefix of ASCII characters.
  static func end(of prefix: String) -> String {
    var bytes = Array(prefix.utf8)
    bytes[bytes.count - 1] += 1
    return String(decoding: bytes, as: UTF8.self)
  }

  var json: String {
    var json = #"{"key":"\#(base64(first))""#
    if let end { json += #","range_end":"\#(base64(end))""# }
    if let limit { json += #","limit":"\#(limit)""# }
    if let minimumModification { json += #","min_mod_revision":"\#(minimumModification)""# }
    if let revision { json += #","revision":"\#(revision)""# }
    if newestFirst { json += #","sort_order":"DESCEND","sort_target":"CREATE""# }
    if keysOnly { json += #","keys_only":true"# }
    return json + "}"
  }
}

/// A key and its value, as etcd has them.
package struct EtcdKeyValue: Sendable {
  /// The key.
  package var key: String
  /// The value; empty where only keys were asked for.
  package var value: [UInt8] = []
  /// The revision of etcd in which it came to be.
  package var created: Int64 = 0
  /// The revision of etcd in which it was written last.
  package var modified: Int64 = 0
  /// The lease with which it goes; 0: none.
  package var lease: Int64 = 0
}

/// What etcd has, as of one revision.
package struct EtcdContent: Sendable {
  /// By key.
  package var values: [EtcdKeyValue]
  /// Whether there are more than were asked for.
  package var hasMore: Bool
  /// etcd's revision when it answered.
  package var revision: Int64
}
