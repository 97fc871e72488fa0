/// A credential under watch: its settings, what is stored of it, and what it is doing.
struct TrackedCredential {
  /// Where it stands on its way to DX.
  enum Phase: Hashable {
    /// It is not on its way. → queued
    case idle
    /// It waits for its turn. → preparing, idle
    case queued
    /// Its values are being read for sending. → ready, idle
    case preparing
    /// The values of this fingerprint are read and kept; it goes next. → sending, idle
    indirect case ready(Fingerprint)
    /// It was given to be sent. → idle
    indirect case sending(Sending)
  }

  /// A send under way.
  struct Sending: Hashable {
    var attempt: Attempt
    /// The date that came with the values that are sent.
    var expiration: WallTime?
    /// When it began, on the clock that never jumps.
    var since: TimeSpan
  }

  var settings: CredentialSettings
  var record: CredentialRecord
  var phase = Phase.idle
  var source: SourceObservation
  /// The line of the queue that it has a place in.
  var place: RequestQueue.Place?
  /// What a person asked for, until it is answered.
  @Rare var request: RotateRequest?
  /// Why it is sent although the rules alone would not: a person wants it.
  ///
  /// Set only while there is a request.
  var commanded: Attempt.Reason?
  /// Whether another node worked on it before, and the source was not seen to be as far as DX is since.
  var isTakenOver = false
  /// Whether the answer to a send of the present value was lost, so that DX may have it.
  var wasAnswerLost: Bool

  init(settings: CredentialSettings, record: CredentialRecord) {
    self.settings = settings
    self.record = record
    source = SourceObservation(
      settle: settings.policy.settle, canChange: settings.sources.contains { $0.canChange })
    switch record.lastError?.kind {
    case .unreachable, .interrupted: wasAnswerLost = true
    default: wasAnswerLost = false
    }
  }

  var key: CredentialKey { settings.key }
  var isEnabled: Bool { settings.policy.enabled }
  var subject: Announcement.Subject { Announcement.Subject(name: settings.name, key: key) }

  var sending: Sending? {
    if case .sending(let sending) = phase { sending } else { nil }
  }

  /// The fingerprint of the values that are kept for it until they are sent.
  var kept: Fingerprint? {
    if case .ready(let fingerprint) = phase { fingerprint } else { nil }
  }

  /// The value in the source, unless it cannot be read.
  var reading: Reading? { record.source.failure == nil ? source.reading : nil }
}

extension CredentialSettings {
  /// A hash (FNV-1a) of where the values come from; not of the ids and not of the policy.
  var sourcesDigest: UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for secret in secrets {
      for byte in "\(secret.key)\u{0}\(secret.source)\u{0}".utf8 {
        hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
      }
    }
    return hash
  }
}
