import FoundationEssentials

// etcd's answers as its gateway writes them: what is zero or empty is left out, 64-bit numbers are texts.

/// Bytes as etcd's gateway writes them.
func base64(_ bytes: some Collection<UInt8>) -> String { Data(bytes).base64EncodedString() }

/// A key as etcd's gateway writes it.
func base64(_ text: String) -> String { base64(text.utf8) }

struct HeaderJSON: Decodable {
  var revision: String?
}

struct KeyValueJSON: Decodable {
  var key: Data
  var value: Data?
  var create_revision: String?
  var mod_revision: String?
  var lease: String?

  var plain: EtcdKeyValue {
    EtcdKeyValue(
      key: String(decoding: key, as: UTF8.self), value: value.map { Array($0) } ?? [],
      created: number(create_revision), modified: number(mod_revision), lease: number(lease))
  }
}

struct RangeJSON: Decodable {
  var header: HeaderJSON?
  var kvs: [KeyValueJSON]?
  var more: Bool?

  var plain: EtcdContent {
    EtcdContent(
      values: kvs?.map(\.plain) ?? [], hasMore: more ?? false, revision: number(header?.revision))
  }
}

struct TransactionJSON: Decodable {
  struct Response: Decodable {
    var response_range: RangeJSON?
  }

  var header: HeaderJSON
  var succeeded: Bool?
  var responses: [Response]?

  var plain: EtcdTransaction.Outcome {
    EtcdTransaction.Outcome(
      isDone: succeeded ?? false, revision: number(header.revision),
      contents: responses?.compactMap(\.response_range?.plain) ?? [])
  }
}

struct LeaseJSON: Decodable {
  var ID: String?
  var TTL: String?

  /// Seconds; 0 or less: the lease has ended.
  var seconds: Int64 { number(TTL) }
}

/// A message of etcd's one stream that is used, of which the gateway lets through one.
struct StreamJSON: Decodable {
  var result: LeaseJSON?
  var error: ErrorJSON?
}

struct TokenJSON: Decodable {
  var token: String
}

struct EmptyJSON: Decodable {}

struct ErrorJSON: Decodable {
  var error: String?
  var message: String?
  var code: Int?
  var grpc_code: Int?
}

private func number(_ text: String?) -> Int64 { text.flatMap { Int64($0) } ?? 0 }
