import Dispatch
import RotationEngine
import SecretMemory
import SecretSources
import StateStore

/// The loop: the world's events go into the engine, its effects go out, one turn at a time on one serial queue.
///
/// A turn ends with one durable commit of what the engine decided in it; only then is anything sent, said or answered.
package final class RotationLoop: @unchecked Sendable {
  // All state is confined to `queue`; that is why @unchecked holds.

  let queue: DispatchQueue
  let clock: SystemClock
  private(set) var engine: Engine
  private let desk: LedgerDesk
  private let sources: SourceAdapter
  private let dx: DXAdapter
  private let journal: Journal
  private lazy var timer = LoopTimer(
    queue: queue, clock: clock, armed: { [weak self] in self?.willWake?($0) },
    fired: { [weak self] in self?.post(.tick) })
  private var effects: [Effect] = []
  private var isTurnScheduled = false
  private var askers: [UInt64: (CredentialKey, RotateAnswer) -> Void] = [:]
  private var lastTicket: UInt64 = 0
  private var watchedAt = WallTime(millisecondsSinceEpoch: 0)
  /// When each request under way began, for the watchdog.
  private var requestsSince: [Int64: WallTime] = [:]

  /// Called at the end of each turn.
  var turnEnded: (() -> Void)?
  /// Told when it has something to do by itself, whenever that changes.
  var willWake: ((WallTime?) -> Void)?
  /// Told how each list ended.
  var listEnded: ((Int64, Exchange) -> Void)?
  /// Told how each request to DX ended.
  var requestEnded: ((Verdict.Question, Exchange) -> Void)?
  /// Where alerts go, if anywhere.
  var alerts: AlertOutbox?
  /// Gives the permit for what a turn sends, where a node of a cluster has its say.
  ///
  /// It is taken before the turn's attempts are written down, asked when they are, and again before the first byte.
  var permit: () -> SendPermit = { { true } }
  typealias SendPermit = @Sendable () -> Bool
  /// Called when a stop is complete.
  var stopped: (() -> Void)?

  /// Makes a loop that stands still until `start`.
  init(
    queue: DispatchQueue, clock: SystemClock, engine: Engine, desk: LedgerDesk,
    sources: SourceAdapter, dx: DXAdapter, journal: Journal
  ) {
    self.queue = queue
    self.clock = clock
    self.engine = engine
    self.sources = sources
    self.dx = dx
    self.journal = journal
    self.desk = desk
    dx.turnEnded = { [weak self] in self?.turn() }
  }

  /// Sets the engine to work; the first turn follows by itself.
  ///
  /// The claims of `unfinished` are released after it.
  func start(records: [CredentialRecord], unfinished: [Attempt]) {
    watchedAt = clock.wall
    effects += engine.start(records: records, unfinished: unfinished, at: clock.moment)
    // READY=1 waits for none of this: with thousands of sources it takes its time.
    isTurnScheduled = true
    queue.async { [weak self] in
      guard let self else { return }
      sources.watch(engine.settings.api, engine.configured)
      turn()
      desk.release(unfinished)
    }
  }

  /// Takes an event in; the turn ends when everything that happened at the same time is in.
  func post(_ event: Event) {
    effects += engine.handle(event, at: clock.moment)
    guard !isTurnScheduled else { return }
    isTurnScheduled = true
    queue.async { [weak self] in
      // The end of a transport's turn may have come before it.
      if let self, isTurnScheduled { turn() }
    }
  }

  /// Watches the files of these settings from now on, and no others.
  func watch(_ settings: Settings) {
    watchedAt = clock.wall
    sources.watch(settings.api, settings.credentials)
  }

  func reload(_ settings: Settings, records: [CredentialRecord]) {
    watch(settings)
    dx.reconfigure(settings.api)
    post(.reloaded(settings, records))
  }

  /// Ends every request to DX that is under way: whether DX took what was sent is not known.
  func endRequests() { dx.cancelAll() }

  /// Forgets what is not written down yet of credentials that another node may work on already.
  func forget(_ keys: Set<CredentialKey>) { desk.forget(keys) }

  /// Whether every turn is written down.
  var isAtRest: Bool { effects.isEmpty && !desk.isWriting && desk.isWritten }

  /// Asks for a pass over a credential; `answered` is called once.
  func rotate(
    _ key: CredentialKey, force: Bool, dryRun: Bool,
    answered: @escaping (CredentialKey, RotateAnswer) -> Void
  ) {
    lastTicket += 1
    askers[lastTicket] = answered
    post(.rotateRequested(RotateRequest(ticket: lastTicket, force: force, dryRun: dryRun), key))
  }

  func say(_ announcement: Announcement) { journal.say(announcement) }

  /// Why the state could not be written the last time; nil: it could.
  var stateFailure: StateError? { desk.failure }

  var lostEntries: Int { journal.lostEntries }

  /// The engine's deadline that passed without the timer's word, if there is one.
  var overdueDeadline: WallTime? {
    timer.deadline.flatMap { $0 < clock.wall ? $0 : nil }
  }

  /// The latest that the timer was acted on since the last call.
  func takeLag() -> TimeSpan { timer.takeLag() }

  /// Since when the oldest request is under way.
  var oldestRequest: WallTime? { requestsSince.values.min() }

  private func turn() {
    isTurnScheduled = false
    // What happens while the turn before is written down is the next turn's.
    guard !desk.isWriting else { return timer.arm(for: engine.nextDeadline) }
    guard !effects.isEmpty else { return endTurn() }
    let taken = effects
    effects = []
    for case .alert(let notice) in taken { alerts?.take(notice) }
    let permit = permit()
    desk.commit(taken, alerts: alerts) { [weak self] entry in self?.written(taken, entry, permit) }
  }

  /// What was decided is on disk, and happens.
  private func written(
    _ taken: [Effect], _ entry: AttemptLedger.Entry, _ permit: @escaping SendPermit
  ) {
    let numbers = Dictionary(entry.recorded.map { ($0.key, $0) }) { first, _ in first }
    for effect in taken { carryOut(effect, numbers, permit) }
    let sends = Set(taken.compactMap(\.sentKey))
    for (key, reason) in entry.declined {
      // Where only a record was to be stored, values that are read for a send to come are still wanted.
      if sends.contains(key) { sources.discard(key) }
      effects += engine.handle(.sendDeclined(key, reason), at: clock.moment)
    }
    // What was declined in a turn is another event, whose effects belong to this turn too.
    turn()
  }

  private func endTurn() {
    watchAgain()
    timer.arm(for: engine.nextDeadline)
    turnEnded?()
  }

  /// A limit that was raised, or a directory further up that was renamed, is no event: looked for now and then.
  private func watchAgain() {
    let now = clock.wall
    guard now - watchedAt >= engine.settings.api.pollInterval || now < watchedAt else { return }
    watchedAt = now
    sources.watch(engine.settings.api, engine.configured)
  }

  private func carryOut(
    _ effect: Effect, _ recorded: [CredentialKey: Attempt],
    _ permit: @escaping SendPermit
  ) {
    switch effect {
    case .readSource(let key, let forSend): read(key, forSend: forSend)
    case .discardValues(let key): sources.discard(key)
    case .readAPIKey: readAPIKey()
    case .useAPIKey(let fingerprint): dx.use(fingerprint)
    case .send(let attempt):
      if let attempt = recorded[attempt.key] { send(attempt, permit) }
    case .list(let connection): list(connection)
    case .info(let key): info(key)
    case .announce(let announcement): journal.say(announcement)
    case .answer(let ticket, let key, let answer):
      askers.removeValue(forKey: ticket)?(key, answer)
    case .stopped: stopped?()
    case .save, .saveInstance, .finish, .close, .alert: break
    }
  }

  private func read(_ key: CredentialKey, forSend: Bool) {
    guard let credential = engine.settings(of: key) else {
      // A node's share may have changed while the turn was written down. The engine waits for the end of a reading, and
      // would not begin another when the credential is back.
      let failure = SourceFailure(.unreadable, "the credential is not this node's any more")
      return post(.sourceRead(key, .failure(failure)))
    }
    sources.read(credential, forSend: forSend) { [weak self] result in
      // The engine waits for the end of a reading even if a reload has made it useless, and has its values discarded.
      self?.post(.sourceRead(key, result))
    }
  }

  private func readAPIKey() {
    let api = engine.settings.api
    sources.readAPIKey(api) { [weak self] result in
      guard let self else { return }
      let present = engine.settings.api
      // What a reload has made useless is not offered; the engine waits for its end all the same.
      if case .success(let read) = result, present.token == api.token,
        present.tokenExpiration == api.tokenExpiration
      {
        dx.offer(read)
      }
      post(.apiKeyRead(result.map(\.reading)))
    }
  }

  private func send(_ attempt: Attempt, _ permit: @escaping SendPermit) {
    guard let values = sources.take(attempt.key), let credential = engine.settings(of: attempt.key)
    else {
      return post(.updateEnded(attempt.key, .failed("its values are gone; nothing was sent")))
    }
    guard permit() else {
      return post(
        .updateEnded(attempt.key, .failed("this node's lease may be over; nothing was sent")))
    }
    begin(attempt.number)
    dx.update(
      attempt, values, expirationDate: Self.expirationDate(credential.policy, values),
      mayBegin: permit
    ) { [weak self] exchange in
      self?.requestsSince[attempt.number] = nil
      self?.requestEnded?(.update(id: attempt.key.id), exchange)
      self?.post(.updateEnded(attempt.key, exchange))
    }
  }

  /// `send_expiration_date`: the date that is not DX's own.
  private static func expirationDate(
    _ policy: Policy, _ values: SourceAdapter.KeptValues
  ) -> String? {
    guard policy.sendExpirationDate else { return nil }
    return switch policy.expiration {
    case .dx: nil
    case .fixed(let date): date.date
    case .source, .jwt, .x509: values.expiration?.date
    }
  }

  private func list(_ connection: Int64) {
    begin(-connection)
    dx.list(connection: connection) { [weak self] exchange in
      self?.requestsSince[-connection] = nil
      self?.requestEnded?(.list, exchange)
      self?.listEnded?(connection, exchange)
      self?.post(.listEnded(connection: connection, exchange))
    }
  }

  private func info(_ key: CredentialKey) {
    dx.info(key) { [weak self] exchange in
      self?.requestEnded?(.info(id: key.id), exchange)
      self?.post(.infoEnded(key, exchange))
    }
  }

  private func begin(_ request: Int64) { requestsSince[request] = clock.wall }
}

extension Effect {
  /// Whose values it sends.
  fileprivate var sentKey: CredentialKey? {
    if case .send(let attempt) = self { attempt.key } else { nil }
  }
}
