// Taking a configuration in: at the start, and with every reload.

extension Engine {
  /// Builds what is tracked from settings, keeping what is known of credentials that stay.
  mutating func adoptSettings(_ settings: Settings, records: [CredentialRecord]) {
    var known = departing
    for credential in credentials { known[credential.key] = credential }
    departing = [:]
    var stored = Dictionary(records.map { ($0.key, $0) }) { first, _ in first }
    forgetSlots()
    self.settings = settings
    // They are kept once, with all that is known of them.
    self.settings.credentials = []
    credentials.reserveCapacity(settings.credentials.count)
    slots.reserveCapacity(settings.credentials.count)
    looks.reserve(settings.credentials.count)
    actions.reserve(settings.credentials.count)
    for setting in settings.credentials {
      let earlier = known.removeValue(forKey: setting.key)
      let record =
        earlier?.record ?? stored[setting.key]
        ?? CredentialRecord(key: setting.key, name: setting.name)
      stored[setting.key] = nil
      var tracked = TrackedCredential(settings: setting, record: record)
      if let earlier, !tracked.goOn(from: earlier), earlier.source.isReading {
        strayReadings.insert(setting.key)
      }
      track(tracked)
    }
    // A connection of which nothing is watched is not listed.
    connections = connections.filter { !$0.value.slots.isEmpty }
    depart(known.values.map { $0 } + stored.values.map(TrackedCredential.init(removed:)))
  }

  private mutating func track(_ credential: TrackedCredential) {
    let slot = credentials.count
    credentials.append(credential)
    slots[credential.key] = slot
    tally.add(credential.record.view)
    var connection = connections[credential.key.connection] ?? TrackedConnection()
    if credential.isEnabled { connection.slots.append(slot) }
    if credential.phase != .idle { connection.busyCount += 1 }
    connections[credential.key.connection] = connection
    noteSettings(slot)
  }

  /// A reload gives every credential a new slot, and its place in the line anew.
  private mutating func forgetSlots() {
    queue.removeAllSends()
    for credential in credentials where credential.kept != nil {
      emit(.discardValues(credential.key))
    }
    credentials = []
    slots = [:]
    for id in connections.keys {
      connections[id]?.slots = []
      connections[id]?.busyCount = 0
    }
    looks = Schedule()
    deadlines = Schedule()
    actions = Schedule()
    tally.forgetCredentials()
    changed = []
  }

  /// The record keeps the name, and whether the sources are the ones that its refusals were about.
  private mutating func noteSettings(_ slot: Int) {
    let setting = credentials[slot].settings
    let record = credentials[slot].record
    let digest = setting.sourcesDigest
    if record.sourcesDigest != digest, record.sourcesDigest != 0 {
      credentials[slot].record.refusals = []
      credentials[slot].record.backoff = nil
    }
    guard record.sourcesDigest != digest || record.name != setting.name else { return }
    credentials[slot].record.sourcesDigest = digest
    credentials[slot].record.name = setting.name
    if record.revision > 0 || record.firstReadAt != nil { changed.insert(slot) }
  }

  /// Credentials that are not configured any more: their alerts end, a send under way is waited for.
  private mutating func depart(_ removed: [TrackedCredential]) {
    let elsewhere = Set(settings.elsewhere.map(\.key))
    for var credential in removed.sorted(by: { $0.key < $1.key }) {
      if let request = credential.request {
        emit(.answer(ticket: request.ticket, credential.key, .unknown))
      }
      if credential.source.isReading { strayReadings.insert(credential.key) }
      // Where another node goes on with it, its alerts stand; else, to whoever reads the state, it is as if it had never
      // been seen.
      let isElsewhere = elsewhere.contains(credential.key)
      if mode == .daemon, !isElsewhere, credential.record.view != CredentialView() {
        for alert in credential.record.alerts {
          let announcement = Wording.resolved(
            alert, credential.subject, isWatched: false, now: now)
          tell(.resolved, alert, announcement, credentialCount: 1)
        }
        credential.record.alerts = []
        credential.record.view = CredentialView()
        emit(.save(credential.record))
      }
      if credential.sending != nil { departing[credential.key] = credential }
    }
  }

  /// A new configuration of the same instance; another URL is another engine.
  mutating func reload(_ settings: Settings, _ records: [CredentialRecord]) {
    let before = self.settings
    let moved = recordsOfMoved(to: settings, isOtherInstance: false)
    adoptSettings(settings, records: records + moved)
    adoptBudget(settings)
    distrustTheFuture()
    adoptAPIKeySource(before.api)
    adoptLists()
    for slot in credentials.indices {
      let isAsked = credentials[slot].request != nil && credentials[slot].phase == .idle
      if isAsked || credentials[slot].isEnabled && credentials[slot].source.reading == nil {
        read(slot)
      }
      reassess(slot)
    }
    reassessInstance()
  }

  private mutating func adoptAPIKeySource(_ before: APISettings) {
    let isSame =
      settings.api.token == before.token
      && settings.api.tokenExpiration == before.tokenExpiration
    if !isSame {
      isKeyReadingStray = isKeyReadingStray || apiKey.isReading
      apiKey = SourceObservation(
        settle: .milliseconds(500), canChange: settings.api.token.canChange)
      if !isKeyReadingStray { readAPIKey() }
    }
    scheduleAPIKey()
  }

  private mutating func adoptLists() {
    let interval = effectivePollInterval
    for id in connections.keys.sorted() {
      if let next = connections[id]?.nextListAt, next <= now + interval {
        setNextList(next, for: id)
      } else {
        setNextList(now + interval, for: id)
        wantList(id)
      }
    }
  }

  private mutating func adoptBudget(_ settings: Settings) {
    var budget = RequestBudget(limit: settings.api.requestsPerMinute)
    budget.inherit(self.budget)
    self.budget = budget
    var lists = RequestBudget(limit: Self.listLimit(settings))
    lists.inherit(listBudget)
    listBudget = lists
  }

}

extension TrackedCredential {
  /// A credential that the store knows and the configuration does not.
  fileprivate init(removed record: CredentialRecord) {
    self.init(
      settings: CredentialSettings(name: record.name, key: record.key, secrets: []),
      record: record)
  }

  /// After a reload: a send under way goes on, and a reading if it is of the same sources.
  ///
  /// Returns whether they are the same.
  fileprivate mutating func goOn(from earlier: TrackedCredential) -> Bool {
    request = earlier.request
    wasAnswerLost = earlier.wasAnswerLost
    if case .sending = earlier.phase {
      phase = earlier.phase
      commanded = earlier.commanded
    }
    guard earlier.settings.secrets == settings.secrets,
      earlier.settings.policy.expiration == settings.policy.expiration,
      earlier.isEnabled == isEnabled
    else { return false }
    source = earlier.source
    source.settle = settings.policy.settle
    return true
  }
}
