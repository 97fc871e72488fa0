/// Why a call to etcd has no answer of use.
///
/// No text holds a password, a token, a key or a value.
package enum EtcdError: Error, Hashable, Sendable {
  /// No member answered in time, or none has a leader; what was asked may have been done all the same.
  case unreachable(String)
  /// etcd refused, with its code (those of gRPC) and words.
  case refused(code: Int, message: String)
  /// What answered is not etcd's gateway, or not one of a version that is known.
  case malformed(String)
}

extension EtcdError: CustomStringConvertible {
  /// One line of English without a full stop.
  package var description: String {
    switch self {
    case .unreachable(let text): text
    case .refused(let code, let message): "etcd refused: \(message) (code \(code))"
    case .malformed(let text): "not an answer of etcd: \(text)"
    }
  }
}
