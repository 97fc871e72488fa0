/// What the world tells the engine.
public enum Event: Hashable, Sendable {
  /// A deadline may have passed, or the watchdog's tick wants everything looked at again.
  case tick
  /// Something happened to a file that this credential's sources pass through.
  case sourceTouched(CredentialKey)
  /// A pass over a credential's sources ended.
  case sourceRead(CredentialKey, Result<Reading, SourceFailure>)
  /// Something happened to a file that the API key's source passes through.
  case apiKeyTouched
  /// The API key's source was read.
  case apiKeyRead(Result<Reading, SourceFailure>)
  /// An attempt was not sent, because it could not be claimed or recorded.
  case sendDeclined(CredentialKey, DeclineReason)
  /// An update ended.
  case updateEnded(CredentialKey, Exchange)
  /// A list of a connection ended.
  case listEnded(connection: Int64, Exchange)
  /// An info of a credential ended.
  case infoEnded(CredentialKey, Exchange)
  /// A person asks for a pass over a credential.
  case rotateRequested(RotateRequest, CredentialKey)
  /// A person asks what DX lists for a connection.
  case listRequested(connection: Int64)
  /// A new, valid configuration is in force; with what the store knows of the credentials that are new in it.
  case reloaded(Settings, [CredentialRecord])
  /// Other credentials of the same configuration are this node's now; with what the store knows of those that are new,
  /// and their attempts that have no outcome.
  case shareChanged(Settings, [CredentialRecord], unfinished: [Attempt])
  /// The store that the nodes of a cluster share does not do what it is asked, and why; nil: it does.
  case clusterTroubled(String?)
  /// The service is to end.
  case stopRequested
}

/// Why an attempt was not sent.
public enum DeclineReason: Hashable, Sendable {
  /// Another process works on the credential.
  case claimed
  /// Another process has worked on it since; this is its record now.
  case outdated(CredentialRecord)
  /// The attempt could not be written (rule 11), in plain words.
  case unrecordable(String)
}

/// What a person asks with `dx-rotated rotate`.
public struct RotateRequest: Hashable, Sendable {
  /// The asker's number for it; comes back with the answer.
  public var ticket: UInt64
  /// Send in any case.
  public var force: Bool
  /// Send nothing, say what would be sent.
  public var dryRun: Bool

  /// Makes a request.
  public init(ticket: UInt64, force: Bool = false, dryRun: Bool = false) {
    self.ticket = ticket
    self.force = force
    self.dryRun = dryRun
  }
}

/// How a person's request ended.
public enum RotateAnswer: Hashable, Sendable {
  /// DX accepted the value.
  case rotated
  /// The source holds what DX accepted last, and no rule wants it sent.
  case nothingToSend
  /// A dry run: it would be sent, for this reason.
  case wouldSend(Attempt.Reason)
  /// It failed.
  case failed(LastError)
  /// The source gave no value.
  case sourceUnavailable(SourceFailure)
  /// Another process works on the credential.
  case claimed
  /// `enabled = false`.
  case disabled
  /// No credential of these ids is configured any more.
  case unknown
}
