import RotationEngine

/// What a command finds in its environment: `PATH`, and the alert as `DX_*`.
enum CommandEnvironment {
  /// Longer values are cut: what execve(2) takes is limited.
  static let longestValue = 8192

  /// As `NAME=VALUE`; what does not apply is left out.
  static func variables(of message: AlertMessage, path: String?) -> [String] {
    let subject = message.subject
    let candidates: [(String, String?)] = [
      ("PATH", path ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
      ("DX_PHASE", message.phase.rawValue),
      ("DX_EVENT", message.event),
      ("DX_SEVERITY", message.severity.rawValue),
      ("DX_TEST", message.isTest ? "1" : nil),
      ("DX_CREDENTIAL", subject?.name),
      ("DX_CONNECTION_ID", subject.map { String($0.key.connection) }),
      ("DX_CREDENTIAL_ID", subject.map { String($0.key.id) }),
      ("DX_CREDENTIALS", String(message.credentialCount)),
      ("DX_INSTANCE", message.instance),
      ("DX_SINCE", "\(message.since)"),
      ("DX_AT", "\(message.at)"),
      ("DX_SUMMARY", message.headline.oneLine),
      ("DX_MESSAGE", message.text),
      ("DX_REASON", message.reason),
      ("DX_ATTEMPT", message.attempt.map { String($0) }),
      ("DX_HTTP_STATUS", message.httpStatus.map { String($0) }),
      ("DX_ERROR", message.error),
      ("DX_DISPLAY_MESSAGE", message.displayMessage),
      ("DX_RAW_MESSAGE", message.rawMessage),
      ("DX_EXPIRES_AT", message.expiresAt.map { "\($0)" }),
      ("DX_NEXT_ATTEMPT_AT", message.nextAttemptAt.map { "\($0)" }),
    ]
    return candidates.compactMap { name, value in value.map { "\(name)=\($0.asArgument)" } }
  }
}

extension String {
  /// Without the zero byte, which would end it early.
  fileprivate var asArgument: String {
    let scalars = unicodeScalars.prefix(CommandEnvironment.longestValue)
    return String(String.UnicodeScalarView(scalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
  }
}
