/// What people read: each event has one wording, used by the journal, `status` and the alerts.
///
/// A message names what happened, what DX or the system said, what was kept, and the next step.
public enum Wording {
  typealias Subject = Announcement.Subject

  static func adopted(_ subject: Subject, expiresAt: WallTime?) -> Announcement {
    var said = Announcement(
      .adopted, .notice,
      "\(subject.name): what the source holds is taken for what DX has; nothing was sent. "
        + "To push it now, run: dx-rotated rotate \(shellWord(subject.name))",
      subject: subject, reason: "first_seen")
    said.expiresAt = expiresAt
    return said
  }

  static func rotated(
    _ subject: Subject, _ attempt: Attempt, _ duration: TimeSpan, httpStatus: Int?
  ) -> Announcement {
    var said = Announcement(
      .rotated, .notice, "\(subject.name): DX accepted the secret (\(words(attempt.reason)))",
      subject: subject, reason: attempt.reason.rawValue)
    said.attempt = attempt.ordinal
    said.httpStatus = httpStatus
    said.duration = duration
    return said
  }

  static func rotationRecovered(_ subject: Subject, _ attempt: Attempt) -> Announcement {
    var said = Announcement(
      .rotationRecovered, .notice, "\(subject.name): rotation works again; nothing is to be done",
      subject: subject, reason: attempt.reason.rawValue)
    said.attempt = attempt.ordinal
    return said
  }

  static func rotationFailed(
    _ subject: Subject, _ attempt: Attempt, _ failure: LastError, nextAt: WallTime?,
    duration: TimeSpan, maybeTaken: Bool
  ) -> Announcement {
    var text = "\(subject.name): \(Wording.failure(failure))"
    if failure.kind == .duplicate, maybeTaken {
      text += ". \(Wording.maybeTaken)"
    }
    if failure.kind == .unauthorized { text += "; this credential is not at fault" }
    text += nextAt.map { "; next try at \($0)" } ?? "; waiting for a change"
    var said = Announcement(
      .rotationFailed, .warning, text, subject: subject, reason: failure.kind.rawValue)
    said.take(failure)
    said.attempt = attempt.ordinal
    said.nextAttemptAt = nextAt
    said.duration = duration
    return said
  }

  static func notRecorded(_ subject: Subject, _ why: String, nextAt: WallTime?) -> Announcement {
    var said = Announcement(
      .rotationFailed, .error,
      "\(subject.name): nothing was sent, because the attempt could not be recorded first: \(why)",
      subject: subject, reason: FailureKind.state.rawValue)
    said.error = why
    said.nextAttemptAt = nextAt
    return said
  }

  static func interrupted(_ subject: Subject, _ attempt: Attempt) -> Announcement {
    var said = Announcement(
      .interrupted, .warning,
      "\(subject.name): the daemon ended at \(attempt.at) or later, before DX's answer to a send; "
        + "DX may have taken the secret, which is sent again",
      subject: subject, reason: "interrupted")
    said.attempt = attempt.ordinal
    return said
  }

  static func expirationUnknown(
    _ subject: Subject, _ expiration: Policy.Expiration, _ accepted: AcceptedValue?
  ) -> Announcement {
    let cause =
      switch expiration {
      case .jwt(let secret), .x509(let secret):
        "the value of \(secret) has no end of its own, and there is no max_age"
      case .dx, .fixed, .source:
        accepted?.supersededDate.map {
          "DX still lists the date of the secret before (\($0.date)), and there is no max_age"
        } ?? "DX lists no expiration date, and there is neither expires_at nor max_age"
      }
    return Announcement(
      .expirationUnknown, .notice,
      "\(subject.name): no expiration is known: \(cause). It is pushed when its source changes. "
        + "To be warned in time, set expires_at or max_age for it",
      subject: subject, reason: accepted?.supersededDate == nil ? "no_date" : "date_unmoved")
  }

  static func sourceUnavailable(_ subject: Subject, _ failure: SourceFailure) -> Announcement {
    var said = Announcement(
      .sourceUnavailable, .warning,
      "\(subject.name): \(failure.message). Nothing is sent; DX keeps what it has. "
        + "The source is read again by itself",
      subject: subject, reason: failure.kind.rawValue)
    said.error = failure.message
    return said
  }

  static func sourceRecovered(_ subject: Subject, failedFor: TimeSpan) -> Announcement {
    Announcement(
      .sourceRecovered, .notice,
      "\(subject.name): the source can be read again, after \(failedFor)", subject: subject)
  }

  /// What went wrong, in one clause.
  public static func failure(_ failure: LastError) -> String {
    let said = [failure.displayMessage, failure.rawMessage].compactMap { $0 }
      .filter { !$0.isEmpty }.joined(separator: " / ")
    let label = failure.error ?? "no reason given"
    let detail = said.isEmpty || said == label ? label : "\(label): \(said)"
    return switch failure.kind {
    case .verification: "DX refused the secret and kept the one before: \(detail)"
    case .duplicate: "DX refused the secret as one it has already (\(detail))"
    case .notFound: "DX does not know it (\(detail)); compare connection_id and id with DX"
    case .unreachable: "DX could not be reached: \(detail)"
    case .throttled: "DX asked to slow down (\(detail))"
    case .unauthorized: "DX refused the API key (\(detail))"
    case .interrupted: "the send was cut off: \(detail)"
    case .source: "the source gave no secret: \(detail)"
    case .state: "the attempt could not be recorded, so nothing was sent: \(detail)"
    }
  }

  /// Why something was, or will be, sent.
  public static func words(_ reason: Attempt.Reason) -> String {
    switch reason {
    case .changed: "the source changed"
    case .firstInWindow: "the window is open, and DX had none from here"
    case .firstSeen: "seen for the first time"
    case .retry: "tried again"
    case .heldRetry: "a held secret's turn"
    case .requested: "asked for by rotate"
    case .forced: "asked for by rotate --force"
    case .interrupted: "the send before was cut off"
    }
  }

  // A name that a shell would take apart is quoted, so that the command can be copied.
  package static func shellWord(_ text: String) -> String {
    let plain = text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == 0x2D || byte == 0x2E || byte == 0x5F
    }
    if plain, !text.isEmpty { return text }
    return "'"
      + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
