// Taking a configuration in: at the start, and with every reload.

extension Engine {
  /// Builds what is tracked from settings, keeping what is known of credentials that stay.
  mutating func adoptSettings(_ settings: Settings, records: [CredentialRecord]) {
    var known = Dictionary(uniqueKeysWithValues: credentials.map { ($0.key, $0) })
    let stored = Dictionary(records.map { ($0.key, $0) }) { first, _ in first }
    forgetSlots()
    self.settings = settings
    for setting in settings.credentials {
      let record =
        known[setting.key]?.record ?? stored[setting.key]
        ?? CredentialRecord(key: setting.key, name: setting.name)
      var tracked = TrackedCredential(settings: setting, record: record)
      if let earlier = known.removeValue(forKey: setting.key) { tracked.goOn(from: earlier) }
      let slot = credentials.count
      credentials.append(tracked)
      slots[setting.key] = slot
      connections[setting.key.connection, default: TrackedConnection()].slots.append(slot)
      if tracked.phase != .idle { connections[setting.key.connection]?.busyCount += 1 }
      noteSettings(slot)
    }
    depart(known.values)
  }

  private mutating func forgetSlots() {
    _ = queue.removeAll()
    for credential in credentials where credential.phase == .ready || credential.phase == .preparing
    {
      effects.append(.discardValues(credential.key))
    }
    queue.preparing = 0
    credentials = []
    slots = [:]
    let lists = connections
    connections = lists.mapValues { before in
      var after = TrackedConnection()
      after.nextListAt = before.nextListAt
      after.isListing = before.isListing
      after.failures = before.failures
      return after
    }
    deadlines = Schedule()
    actions = Schedule()
    tally.forgetAll()
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
    if record.revision > 0 { changed.insert(slot) }
  }

  /// Credentials that are not configured any more: their alerts end, a send under way is waited for.
  private mutating func depart(_ removed: some Collection<TrackedCredential>) {
    for credential in removed.sorted(by: { $0.key < $1.key }) {
      if credential.isSending { departing[credential.key] = credential }
      if let request = credential.request, answerIsWanted(request) {
        effects.append(.answer(ticket: request.ticket, credential.key, .unknown))
      }
      guard !credential.record.alerts.isEmpty, mode == .daemon else { continue }
      for alert in credential.record.alerts {
        let announcement = Wording.resolved(alert, credential.subject, now: now)
        announce(announcement)
        effects.append(
          .alert(
            AlertNotice(
              phase: .resolved, alert: alert, announcement: announcement, credentialCount: 1)))
      }
      var record = credential.record
      record.alerts = []
      effects.append(.save(record))
    }
  }

  mutating func reload(_ settings: Settings, _ records: [CredentialRecord]) {
    let before = self.settings
    adoptSettings(settings, records: records)
    adoptBudget(settings)
    connections = connections.filter { !$0.value.slots.isEmpty }
    if settings.api.token != before.api.token
      || settings.api.tokenExpiration != before.api.tokenExpiration
    {
      apiKey = SourceObservation(
        settle: .milliseconds(500), canChange: settings.api.token.canChange)
      readAPIKey()
    }
    scheduleAPIKey()
    let interval = effectivePollInterval
    for (id, connection) in connections {
      if let next = connection.nextListAt, next <= now + interval {
        deadlines.set(next, for: .connection(id))
      } else {
        setNextList(now + interval, for: id)
        wantList(id)
      }
    }
    for slot in credentials.indices {
      if credentials[slot].isEnabled, credentials[slot].source.reading == nil { read(slot) }
      reassess(slot)
    }
    reassessInstance()
  }

  private mutating func adoptBudget(_ settings: Settings) {
    var budget = RequestBudget(limit: settings.api.requestsPerMinute)
    budget.inherit(self.budget)
    self.budget = budget
    var lists = RequestBudget(limit: Self.listLimit(settings))
    lists.inherit(listBudget)
    listBudget = lists
  }

  /// Rule 13: a clock that was wrong costs one span, however far off it was.
  mutating func distrustTheFuture() {
    for slot in credentials.indices {
      let before = credentials[slot].record
      var record = before
      let longest = now + settings.retry.max
      if let next = record.backoff?.nextAt, next > longest {
        let failures = record.backoff?.failures ?? 1
        record.backoff?.nextAt = now + backoff.wait(afterFailures: failures, draw: &draw)
      }
      for index in record.refusals.indices {
        guard let next = record.refusals[index].nextAt else { continue }
        if record.refusals[index].isHeld, case .every(let span) = settings.retry.hold {
          record.refusals[index].nextAt = min(next, now + span)
        } else if next > longest {
          record.refusals[index].nextAt =
            now + backoff.wait(afterFailures: record.refusals[index].attempts, draw: &draw)
        }
      }
      record.recentSends.removeAll { $0 > now }
      record.alerts = record.alerts.map(distrusted)
      if let since = record.source.failingSince { record.source.failingSince = min(since, now) }
      if let since = record.backoff?.since { record.backoff?.since = min(since, now) }
      credentials[slot].source.clamp(to: now + settings.api.pollInterval)
      guard record != before else { continue }
      credentials[slot].record = record
      changed.insert(slot)
    }
    distrustTheFutureOfTheInstance()
  }

  private func distrusted(_ alert: StandingAlert) -> StandingAlert {
    var alert = alert
    alert.saidAt = min(alert.saidAt, now)
    alert.since = min(alert.since, now)
    return alert
  }

  private mutating func distrustTheFutureOfTheInstance() {
    apiKey.clamp(to: now + settings.api.pollInterval)
    if let next = instance.throttle?.nextAt, next > now + .hours(1) {
      let soon = now + settings.retry.initial
      instance.throttle?.nextAt = soon
    }
    if let next = instance.probe?.nextAt, next > now + settings.retry.max {
      let soon =
        now + backoff.wait(afterFailures: instance.probe?.failures ?? 1, draw: &draw)
      instance.probe?.nextAt = soon
    }
    instance.alerts = instance.alerts.map(distrusted)
    instance.summarySaidAt = instance.summarySaidAt.map { min($0, now) }
    instance.unreachableSince = instance.unreachableSince.map { min($0, now) }
    instance.keyFailingSince = instance.keyFailingSince.map { min($0, now) }
    let interval = effectivePollInterval
    for (id, connection) in connections {
      guard let next = connection.nextListAt, next > now + interval else { continue }
      setNextList(now + interval, for: id)
    }
  }

  /// The wall clock went back while time went on: every stored time is looked at anew.
  mutating func noticeClockJump() {
    guard let last = lastMoment else { return }
    let wallStep = moment.wall - last.wall
    let steadyStep = moment.steady - last.steady
    guard steadyStep - wallStep > .seconds(2) else { return }
    distrustTheFuture()
    for slot in credentials.indices { reassess(slot) }
    scheduleAPIKey()
    reassessInstance()
  }
}

extension TrackedCredential {
  /// After a reload: a reading and a send under way go on; a place in the line is taken anew.
  fileprivate mutating func goOn(from earlier: TrackedCredential) {
    request = earlier.request
    switch earlier.phase {
    case .sending: phase = earlier.phase
    case .idle, .queued, .preparing, .ready: break
    }
    guard earlier.settings.secrets == settings.secrets,
      earlier.settings.policy.expiration == settings.policy.expiration,
      earlier.isEnabled == isEnabled
    else { return }
    let settle = source.settle
    source = earlier.source
    source.settle = settle
    commanded = earlier.commanded
  }
}
