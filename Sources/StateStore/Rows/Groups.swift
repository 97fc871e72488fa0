import RotationEngine

// Values of several columns that occur in more than one table. A group is null as a whole.

extension FieldWriter {
  /// `since`, `failures`, `next_at`.
  package mutating func add(_ backoff: BackoffState?) {
    add(backoff?.since)
    add(backoff.map { Int64($0.failures) })
    add(backoff?.nextAt)
  }

  /// `kind`, `at`, `error`, `display_message`, `raw_message`, `http_status`.
  package mutating func add(_ error: LastError?) {
    add(error?.kind.rawValue)
    add(error?.at)
    add(error?.error)
    add(error?.displayMessage)
    add(error?.rawMessage)
    add(error?.httpStatus.map(Int64.init))
  }
}

extension FieldReader {
  package mutating func backoff() throws(StateError) -> BackoffState? {
    guard let since = optionalTime() else {
      skip(2)
      return nil
    }
    return BackoffState(since: since, failures: try count(), nextAt: try time())
  }

  package mutating func lastError() throws(StateError) -> LastError? {
    guard let kind = try optionalName(of: FailureKind.self) else {
      skip(5)
      return nil
    }
    return LastError(
      at: try time(), kind: kind, error: optionalText(), displayMessage: optionalText(),
      rawMessage: optionalText(), httpStatus: optionalInteger().map { Int($0) })
  }
}
