/// Decides what to do, and when, for every credential.
///
/// A pure value: it is told what happened and when (`Event`, `Moment`), and answers with what to do (`Effect`). It
/// has no clock, no randomness, no files and no network, so that the daemon, the commands and the tests run the same
/// rules. No event costs time proportional to the number of credentials, but for a reload and a clock that jumps.
public struct Engine {
  /// Whom the engine works for.
  public enum Mode: Hashable, Sendable {
    /// The daemon: everything is watched.
    case daemon
    /// A command: only what is asked for is done.
    case onePass
    /// A command: every source is read once, for a forecast; nothing is asked, said or stored.
    case lookOnly
  }

  /// What a deadline belongs to.
  enum Deadline: Hashable {
    case connection(Int64)
    case apiKey
    case instance
    case queue
  }

  let mode: Mode
  let buildDate: WallTime
  /// The configuration in force, its credentials aside: see `configured`.
  public internal(set) var settings: Settings
  var credentials: [TrackedCredential] = []
  var slots: [CredentialKey: Int] = [:]
  /// Credentials that were removed from the configuration while a send was under way.
  var departing: [CredentialKey: TrackedCredential] = [:]
  var connections: [Int64: TrackedConnection] = [:]
  var apiKey: SourceObservation
  var instance: InstanceRecord
  /// When to look at each credential again, by slot.
  var looks = Schedule<SlotPlaces>()
  /// When to look at everything else again.
  var deadlines = Schedule<[Deadline: Int]>()
  /// What people are told happens next, by slot.
  var actions = Schedule<SlotPlaces>()
  var queue = RequestQueue()
  var budget: RequestBudget
  var listBudget: RequestBudget
  /// What STATUS and the metrics count.
  public internal(set) var tally = Tally()
  var isStopping = false
  var hasStopped = false
  var outage = Outage()
  /// When an outage last ended that was long enough for an alert.
  var outageEndedAt: WallTime?
  /// Since when the cluster's store does not do what it is asked, and why, while it does not.
  var clusterTrouble: (since: WallTime, reason: String)?
  /// The API key that requests are made with, and since when.
  var keyInUse: (fingerprint: Fingerprint, since: TimeSpan)?
  /// Why the API key's source cannot be read, while it cannot.
  var keyFailure: SourceFailure?
  /// What DX said when it last refused the key; nil: nothing since the start.
  var keyRefusal: LastError?
  /// The connection whose list tries a refused key, while it is under way.
  var probing: Int64?
  /// Whether DX lists with a key that it refused, and has yet to take an update with it.
  var isKeyOnTrial = false
  /// Whether DX refused the key in this process, rather than in an earlier one.
  var wasRefusedHere = false
  /// Readings under way whose result is of no use any more: their sources changed with a reload.
  var strayReadings: Set<CredentialKey> = []
  var isKeyReadingStray = false
  var lastMoment: Moment?
  var savedInstance: InstanceRecord

  // What one event gathers.
  private(set) var effects: [Effect] = []
  var changed: Set<Int> = []
  var moment = Moment(
    wall: WallTime(millisecondsSinceEpoch: 0), steady: .zero, randomness: 0)
  var now = WallTime(millisecondsSinceEpoch: 0)
  var draw = Draw(seed: 0)

  /// Makes an engine; `start` sets it to work.
  ///
  /// - Parameters:
  ///   - settings: the configuration.
  ///   - instance: what the store knows of the DX instance.
  ///   - mode: for the daemon, or for one command.
  ///   - buildDate: while the clock is before it, nothing is declared expired (rule 13).
  public init(
    settings: Settings, instance: InstanceRecord, mode: Mode = .daemon, buildDate: WallTime
  ) {
    self.settings = settings
    self.instance = instance
    savedInstance = instance
    self.mode = mode
    self.buildDate = buildDate
    apiKey = SourceObservation(settle: .milliseconds(500), canChange: settings.api.token.canChange)
    budget = RequestBudget(limit: settings.api.requestsPerMinute)
    listBudget = RequestBudget(limit: Self.listLimit(settings))
  }

  /// Sets the engine to work with what the store knows.
  ///
  /// - Parameters:
  ///   - records: the records of this instance's credentials, in any order.
  ///   - unfinished: the attempts of an earlier run that have no outcome.
  ///   - moment: now.
  /// - Returns: what to do.
  public mutating func start(
    records: [CredentialRecord], unfinished: [Attempt], at moment: Moment
  ) -> [Effect] {
    perform(at: moment) { engine in
      let settings = engine.settings
      engine.settings.credentials = []
      engine.adoptSettings(settings, records: records)
      engine.closeInterrupted(unfinished)
      engine.distrustTheFuture()
      engine.countEarlierSends(records)
      if engine.mode != .lookOnly { engine.readAPIKey() }
      if engine.mode == .daemon {
        if engine.instance.summarySaidAt == nil { engine.instance.summarySaidAt = moment.wall }
        engine.wantEveryList()
      }
      guard engine.mode != .onePass else { return }
      for slot in engine.credentials.indices {
        if engine.credentials[slot].isEnabled { engine.read(slot) }
        engine.reassess(slot)
      }
      engine.reassessInstance()
    }
  }

  /// Takes an event in and says what to do.
  public mutating func handle(_ event: Event, at moment: Moment) -> [Effect] {
    perform(at: moment) { engine in
      engine.noticeClockJump()
      engine.take(event)
      engine.takeDueDeadlines()
    }
  }

  /// When `handle(.tick)` is to be called at the latest, on the wall clock.
  public var nextDeadline: WallTime? {
    [looks.earliest, deadlines.earliest].compactMap { $0 }.min()
  }

  /// Whether nothing is under way or waiting for its turn.
  ///
  /// Costs time proportional to the number of credentials.
  public var isQuiet: Bool {
    guard mode != .lookOnly else {
      return !credentials.contains { $0.isEnabled && $0.source.isStale(at: now) }
    }
    return budget.inFlight == 0 && queue.questions.isEmpty && queue.preparing.isEmpty
      && !credentials.contains { $0.phase != .idle || $0.request != nil }
  }

  /// What is known of a credential.
  ///
  /// Returns nil if it is not configured.
  public func record(of key: CredentialKey) -> CredentialRecord? {
    slots[key].map { credentials[$0].record }
  }

  /// The configuration of a credential.
  ///
  /// Returns nil if it is not configured.
  public func settings(of key: CredentialKey) -> CredentialSettings? {
    slots[key].map { credentials[$0].settings }
  }

  /// The configuration of every credential, in its order.
  public var configured: some Collection<CredentialSettings> { credentials.lazy.map(\.settings) }

  mutating func emit(_ effect: Effect) {
    // A pass that only looks leaves no trace of itself.
    if mode == .lookOnly {
      guard case .readSource = effect else { return }
    }
    effects.append(effect)
  }

  private mutating func perform(
    at moment: Moment, _ body: (inout Engine) -> Void
  ) -> [Effect] {
    self.moment = moment
    now = moment.wall
    draw = Draw(seed: moment.randomness)
    effects = []
    body(&self)
    pump()
    saveChanged()
    if isStopping, !hasStopped, budget.inFlight == 0, queue.preparing.isEmpty {
      hasStopped = true
      emit(.stopped)
    }
    lastMoment = moment
    return effects
  }

  private mutating func take(_ event: Event) {
    switch event {
    case .tick: break
    case .sourceTouched(let key): touched(key)
    case .sourceRead(let key, let result): sourceRead(key, result)
    case .apiKeyTouched:
      apiKey.touched(moment)
      scheduleAPIKey()
    case .apiKeyRead(let result): apiKeyRead(result)
    case .sendDeclined(let key, let reason): sendDeclined(key, reason)
    case .updateEnded(let key, let exchange): updateEnded(key, exchange)
    case .listEnded(let connection, let exchange): listEnded(connection, exchange)
    case .infoEnded(let key, let exchange): infoEnded(key, exchange)
    case .rotateRequested(let request, let key): rotateRequested(request, key)
    case .listRequested(let connection): wantList(connection)
    case .reloaded(let settings, let records): reload(settings, records)
    case .shareChanged(let settings, let records, let unfinished):
      changeShare(settings, records, unfinished)
    case .clusterTroubled(let why): clusterTroubled(why)
    case .stopRequested: stop()
    }
  }

  private mutating func takeDueDeadlines() {
    // Bounded, so that a deadline which does not move on shows as a busy engine in a test, and never as a hang.
    for _ in 0..<max(1000, looks.count * 2) {
      guard let slot = looks.popDue(at: now) else { break }
      credentialDue(slot)
    }
    for _ in 0..<max(1000, deadlines.count * 2) {
      guard let due = deadlines.popDue(at: now) else { return }
      switch due {
      case .connection(let id): connectionDue(id)
      case .apiKey: apiKeyDue()
      case .instance: reassessInstance()
      case .queue: break
      }
    }
  }

  /// What is under way is waited for; all else is let go.
  private mutating func stop() {
    isStopping = true
    for slot in credentials.indices {
      if credentials[slot].phase != .preparing { leaveLine(slot) }
      looks.set(nil, for: slot)
      guard credentials[slot].request != nil, credentials[slot].sending == nil else { continue }
      let ending = LastError(at: now, kind: .interrupted, error: "the service is ending")
      answer(slot, .failed(ending))
    }
    queue.removeAllSends()
    queue.questions.removeAll()
    for id in connections.keys { deadlines.set(nil, for: .connection(id)) }
    for rest in [Deadline.apiKey, .instance, .queue] { deadlines.set(nil, for: rest) }
  }

  /// Stores every record that this event changed, each once.
  private mutating func saveChanged() {
    guard mode != .lookOnly else { return changed.removeAll() }
    for slot in changed.sorted() where credentials.indices.contains(slot) {
      emit(.save(credentials[slot].record))
    }
    changed.removeAll(keepingCapacity: true)
    if instance != savedInstance {
      savedInstance = instance
      emit(.saveInstance(instance))
    }
  }

  var backoff: Backoff { Backoff(policy: settings.retry) }

  static func listLimit(_ settings: Settings) -> Int { max(1, settings.api.requestsPerMinute / 2) }
}
