// What a node of a cluster is told: which credentials are its own, and how the store that all of them share does.

extension Engine {
  /// Other credentials of the same configuration are this node's now.
  mutating func changeShare(
    _ settings: Settings, _ records: [CredentialRecord], _ unfinished: [Attempt]
  ) {
    let before = Set(slots.keys)
    reload(settings, records)
    for record in records where !before.contains(record.key) {
      if let slot = slots[record.key] { credentials[slot].isTakenOver = true }
    }
    closeInterrupted(unfinished)
    for slot in unfinished.compactMap({ slots[$0.key] }) { reassess(slot) }
  }

  /// What a reading is worth on a node that has taken the credential over: a source that holds the value before the one
  /// that DX has is behind, and what is in it is not sent.
  mutating func judged(
    _ result: Result<Reading, SourceFailure>, _ slot: Int
  ) -> Result<Reading, SourceFailure> {
    guard credentials[slot].isTakenOver, case .success(let reading) = result else { return result }
    let accepted = credentials[slot].record.accepted
    guard let former = accepted?.former, former == reading.fingerprint,
      former != accepted?.fingerprint
    else {
      credentials[slot].isTakenOver = false
      return result
    }
    return .failure(
      SourceFailure(
        .behind,
        "the source holds the value before the one that DX has, which another node of the cluster sent"
      ))
  }

  /// Whether a send for a credential that is not this node's any more is under way.
  public func isDeparting(_ key: CredentialKey) -> Bool { departing[key] != nil }

  /// The kinds of alerts that stand and belong to no credential.
  public var standingInstanceAlerts: [AlertKind] { instance.alerts.map(\.kind) }

  /// The credentials whose sources cannot be read, and since when.
  ///
  /// Costs time proportional to the number of credentials while there is one, and none otherwise.
  public var unreadableSources: [(subject: Announcement.Subject, since: WallTime)] {
    guard tally.byState[.sourceUnavailable, default: 0] > 0 else { return [] }
    return credentials.compactMap { credential in
      credential.record.source.failingSince.map { (credential.subject, $0) }
    }
  }

  mutating func clusterTroubled(_ why: String?) {
    switch (clusterTrouble, why) {
    case (nil, nil): return
    case (nil, let why?):
      clusterTrouble = (now, why)
      announce(Wording.clusterUnavailable(why))
    case (let trouble?, let why?):
      clusterTrouble = (trouble.since, why)
    case (let trouble?, nil):
      clusterTrouble = nil
      announce(Wording.clusterRecovered(unavailableFor: now - trouble.since))
    }
    reassessInstance()
  }
}
