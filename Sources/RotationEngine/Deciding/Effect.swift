/// What the engine wants done, in this order.
///
/// Indirect, because an effect goes through several hands and a record is large.
public indirect enum Effect: Hashable, Sendable {
  /// Read all sources of a credential in one pass. `forSend`: keep the values until they are sent or discarded.
  case readSource(CredentialKey, forSend: Bool)
  /// Wipe the values that were kept: they are not sent.
  case discardValues(CredentialKey)
  /// Read the API key's source.
  case readAPIKey
  /// Use the API key of this fingerprint, which was read last, from now on.
  case useAPIKey(Fingerprint)
  /// Claim the credential, see that no other process has stored its record since, record the attempt, then send.
  case send(Attempt)
  /// Write down how the attempt under way for this credential ended, and give up the claim.
  case finish(CredentialKey, Attempt.Outcome)
  /// Write down how an attempt of an earlier run ended.
  case close(attempt: Int64, CredentialKey, Attempt.Outcome)
  /// Ask `credentials.list`.
  case list(connection: Int64)
  /// Ask `credentials.info`.
  case info(CredentialKey)
  /// Store a record.
  case save(CredentialRecord)
  /// Store what is known of the instance.
  case saveInstance(InstanceRecord)
  /// Say it in the journal.
  case announce(Announcement)
  /// Tell the alert channels.
  case alert(AlertNotice)
  /// Answer a person's request.
  case answer(ticket: UInt64, CredentialKey, RotateAnswer)
  /// Nothing is under way any more: the service can end.
  case stopped
}
