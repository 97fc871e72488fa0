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
  }

  /// What a deadline belongs to.
  enum Deadline: Hashable {
    case credential(Int)
    case connection(Int64)
    case apiKey
    case instance
    case queue
  }

  let mode: Mode
  let buildDate: WallTime
  /// The configuration in force.
  public internal(set) var settings: Settings
  var credentials: [TrackedCredential] = []
  var slots: [CredentialKey: Int] = [:]
  /// Credentials that were removed from the configuration while a send was under way.
  var departing: [CredentialKey: TrackedCredential] = [:]
  var connections: [Int64: TrackedConnection] = [:]
  var apiKey: SourceObservation
  var instance: InstanceRecord
  var deadlines = Schedule<Deadline>()
  var actions = Schedule<Int>()
  var queue = RequestQueue()
  var budget: RequestBudget
  var listBudget: RequestBudget
  var tally = Tally()
  var isStopping = false
  /// Whether `api_unavailable` was said of the present outage.
  var isUnavailableSaid = false
  var unreachableReason = ""
  /// Whether the one list that tries a refused key is under way.
  var isProbing = false
  /// Whether an alert of the instance has a credential behind it that is critical.
  var isInstanceCritical = false
  var lastMoment: Moment?

  // What one event gathers.
  var effects: [Effect] = []
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
      engine.adoptSettings(engine.settings, records: records)
      engine.closeInterrupted(unfinished)
      engine.distrustTheFuture()
      if engine.mode == .daemon {
        if engine.instance.summarySaidAt == nil { engine.instance.summarySaidAt = moment.wall }
        for slot in engine.credentials.indices where engine.credentials[slot].isEnabled {
          engine.read(slot)
        }
        engine.wantEveryList()
      }
      engine.readAPIKey()
      for slot in engine.credentials.indices { engine.reassess(slot) }
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
  public var nextDeadline: WallTime? { deadlines.earliest }

  /// Whether nothing is under way or waiting for its turn.
  public var isQuiet: Bool {
    budget.inFlight == 0 && queue.isEmpty && !credentials.contains { $0.isBusy }
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
    if isStopping, budget.inFlight == 0, queue.preparing == 0 { effects.append(.stopped) }
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
    case .stopRequested: stop()
    }
  }

  private mutating func takeDueDeadlines() {
    // Bounded, so that a deadline which does not move on shows as a busy engine in a test, and never as a hang.
    for _ in 0..<max(1000, deadlines.count * 2) {
      guard let due = deadlines.popDue(at: now) else { return }
      switch due {
      case .credential(let slot): credentialDue(slot)
      case .connection(let id): connectionDue(id)
      case .apiKey: apiKeyDue()
      case .instance: reassessInstance()
      case .queue: break
      }
    }
  }

  private mutating func stop() {
    isStopping = true
    for slot in queue.removeAll() {
      if credentials[slot].phase == .ready { effects.append(.discardValues(credentials[slot].key)) }
      setPhase(.idle, of: slot)
    }
  }

  /// Stores every record that this event changed, each once.
  private mutating func saveChanged() {
    for slot in changed.sorted() where credentials.indices.contains(slot) {
      effects.append(.save(credentials[slot].record))
    }
    changed.removeAll(keepingCapacity: true)
    if instance != savedInstance {
      savedInstance = instance
      effects.append(.saveInstance(instance))
    }
  }

  var savedInstance: InstanceRecord?

  var backoff: Backoff { Backoff(policy: settings.retry) }

  static func listLimit(_ settings: Settings) -> Int { max(1, settings.api.requestsPerMinute / 2) }
}
