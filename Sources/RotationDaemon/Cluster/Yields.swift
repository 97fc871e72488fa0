import RotationEngine

/// The credentials that this node leaves to others because it cannot read their sources.
struct Yields {
  /// How long a source may fail before another node is let have a try.
  let patience: TimeSpan
  /// How long a credential that another node has got is left there, before its source is looked at here again.
  let pause: TimeSpan
  private var since: [CredentialKey: WallTime] = [:]

  init(patience: TimeSpan, pause: TimeSpan) {
    self.patience = patience
    self.pause = pause
  }

  var keys: Set<CredentialKey> { Set(since.keys) }

  /// Brings the list in line with what fails here, and says what is new in it.
  mutating func review(
    _ unreadable: [(subject: Announcement.Subject, since: WallTime)],
    share: Set<CredentialKey>, now: WallTime
  ) -> [Announcement] {
    let failing = unreadable.filter { now - $0.since >= patience }
    let keys = Set(failing.map(\.subject.key))
    since = since.filter { key, start in
      share.contains(key) ? keys.contains(key) : now - start < pause
    }
    var said: [Announcement] = []
    for source in failing where since[source.subject.key] == nil {
      since[source.subject.key] = now
      said.append(Wording.yielded(source.subject, failingFor: now - source.since))
    }
    return said
  }
}
