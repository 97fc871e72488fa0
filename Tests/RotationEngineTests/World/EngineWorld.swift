import Testing

@testable import RotationEngine

/// A world around an engine: a clock, sources, a DX and a store, all of them models in virtual time.
///
/// It carries out what the engine wants, feeds back what comes of it, and watches over what must always hold:
/// nothing is sent that was not read and kept, no value is kept for nothing, an attempt is stored before it is
/// sent, no credential is sent twice at a time, the budget holds, and time always moves on.
final class EngineWorld {
  static let start = WallTime.at("2026-06-01T00:00:00Z")
  static let buildDate = WallTime.at("2026-01-01")

  private(set) var engine: Engine
  private(set) var steady = TimeSpan.hours(1)
  /// How far the wall clock is off.
  var clockError = TimeSpan.zero
  var settings: Settings
  var sources: [CredentialKey: SourceModel] = [:]
  var apiKey = SourceModel.value("key-1")
  var dx = DXModel()
  var latency = TimeSpan.milliseconds(100)
  var store = StoreModel()
  var log = WorldLog()

  private var pending: [(due: TimeSpan, order: Int, deliver: () -> Event?)] = []
  private var order = 0
  private var generator: SeededGenerator
  private var epoch = 0
  private var kept: [CredentialKey: Fingerprint] = [:]
  private var readingForSend: [CredentialKey: Bool] = [:]
  private var lastKeyRead: String?
  private var keyInUse: String?
  private(set) var inFlight = 0
  private var sending: Set<CredentialKey> = []
  private var ticksAtOneTime = 0

  init(
    _ settings: Settings, mode: Engine.Mode = .daemon, seed: UInt64 = 1,
    prepare: (EngineWorld) -> Void = { _ in }
  ) {
    self.settings = settings
    generator = SeededGenerator(seed: seed)
    engine = Engine(
      settings: settings, instance: InstanceRecord(), mode: mode, buildDate: Self.buildDate)
    for credential in settings.credentials {
      sources[credential.key] = .value("\(credential.name)-old")
      dx.listed[credential.key] = Answer.Listed(id: credential.key.id)
    }
    prepare(self)
    begin(mode)
  }

  var now: WallTime { Self.start + (steady - .hours(1)) + clockError }

  private func moment() -> Moment {
    Moment(wall: now, steady: steady, randomness: generator.next())
  }

  private func begin(_ mode: Engine.Mode) {
    engine = Engine(
      settings: settings, instance: store.instance, mode: mode, buildDate: Self.buildDate)
    let effects = engine.start(
      records: store.records.values.sorted { $0.key < $1.key }, unfinished: store.unfinished,
      at: moment())
    carryOut(effects)
  }

  /// The process dies at once, and another starts with what is stored.
  func restart(mode: Engine.Mode = .daemon) {
    epoch += 1
    pending = []
    kept = [:]
    readingForSend = [:]
    inFlight = 0
    sending = []
    keyInUse = nil
    begin(mode)
  }

  func send(_ event: Event) { carryOut(engine.handle(event, at: moment())) }

  /// Lets time pass.
  func run(_ span: TimeSpan) { run(until: steady + span) }

  /// Lets time pass until nothing is under way, an hour at most.
  func runUntilQuiet() {
    let end = steady + .hours(1)
    while !engine.isQuiet, step(before: end) {}
    #expect(engine.isQuiet)
  }

  private func run(until end: TimeSpan) {
    while step(before: end) {}
    steady = max(steady, end)
  }

  private func step(before end: TimeSpan) -> Bool {
    let deadline = engine.nextDeadline.map { steady + max(.zero, $0 - now) }
    pending.sort { ($0.due, $0.order) < ($1.due, $1.order) }
    guard let due = [deadline, pending.first?.due].compactMap({ $0 }).min(), due <= end else {
      return false
    }
    if due > steady { ticksAtOneTime = 0 }
    steady = max(steady, due)
    if let first = pending.first, first.due <= steady {
      pending.removeFirst()
      if let event = first.deliver() { send(event) }
    } else {
      ticksAtOneTime += 1
      send(.tick)
      guard ticksAtOneTime < 3 else {
        Issue.record("the engine is busy: a deadline at \(now) does not move on")
        return false
      }
    }
    return true
  }

  /// Has an event happen later, unless the process ends before.
  func after(_ span: TimeSpan, _ deliver: @escaping () -> Event?) {
    order += 1
    let birth = epoch
    pending.append(
      (
        due: steady + span, order: order,
        deliver: { [unowned self] in birth == self.epoch ? deliver() : nil }
      ))
  }

  /// Puts something else into a source; inotify says so.
  func put(_ model: SourceModel, into key: CredentialKey, seen: Bool = true) {
    sources[key] = model
    if seen { send(.sourceTouched(key)) }
  }

  func putKey(_ model: SourceModel) {
    apiKey = model
    send(.apiKeyTouched)
  }

  func reload(_ change: (inout Settings) -> Void) {
    let before = Set(settings.credentials.map(\.key))
    change(&settings)
    let new = settings.credentials.map(\.key).filter { !before.contains($0) }
    send(.reloaded(settings, new.compactMap { store.records[$0] }))
  }

  private func carryOut(_ effects: [Effect]) {
    for effect in effects { carryOut(effect) }
    #expect(inFlight <= settings.api.concurrency)
  }

  private func carryOut(_ effect: Effect) {
    switch effect {
    case .readSource(let key, let forSend): read(key, forSend: forSend)
    case .discardValues(let key):
      #expect(kept.removeValue(forKey: key) != nil, "discarded, but not kept: \(key)")
    case .readAPIKey:
      let model = apiKey
      after(model.delay) { [unowned self] in
        if case .value(let text, _) = model { self.lastKeyRead = text }
        return .apiKeyRead(model.result)
      }
    case .useAPIKey(let fingerprint):
      #expect(lastKeyRead.map { Fingerprint(of: $0) } == fingerprint)
      #expect(keyInUse != lastKeyRead, "the key in use is given again")
      keyInUse = lastKeyRead
    case .send(let attempt): send(attempt)
    case .finish(let key, let outcome): store.finish(key, outcome, at: now)
    case .close(let number, _, let outcome): store.close(number, outcome, at: now)
    case .list(let connection):
      log.lists.append((now, connection))
      request(
        { $0.list(connection, key: $1) }, event: { .listEnded(connection: connection, $0) })
    case .info(let key):
      log.infos.append((now, key))
      request({ $0.info(key, key: $1) }, event: { .infoEnded(key, $0) })
    case .save(let record):
      log.saves += 1
      store.save(record)
    case .saveInstance(let record): store.instance = record
    case .announce(let said): log.said.append((now, said))
    case .alert(let notice): log.alerts.append((now, notice))
    case .answer(let ticket, _, let answer): log.answers[ticket, default: []].append(answer)
    case .stopped: log.stops += 1
    }
  }

  private func read(_ key: CredentialKey, forSend: Bool) {
    log.readings += 1
    #expect(readingForSend[key] == nil, "two readers at a time: \(key)")
    readingForSend[key] = forSend
    let model = sources[key] ?? .missing
    after(model.delay) { [unowned self] in
      self.readingForSend[key] = nil
      if forSend, case .success(let reading) = model.result {
        #expect(self.kept[key] == nil, "kept twice: \(key)")
        self.kept[key] = reading.fingerprint
      }
      return .sourceRead(key, model.result)
    }
  }

  private func send(_ attempt: Attempt) {
    let key = attempt.key
    #expect(kept.removeValue(forKey: key) == attempt.fingerprint, "sent, but not kept: \(key)")
    if let reason = store.decline.removeValue(forKey: key) {
      if case .outdated(let record) = reason { store.storeTheirs(record) }
      after(.milliseconds(1)) { .sendDeclined(key, reason) }
      return
    }
    #expect(sending.insert(key).inserted, "two sends at a time: \(key)")
    store.begin(attempt)
    log.sends.append((now, attempt))
    request {
      $0.update(attempt, key: $1)
    } event: { [unowned self] in
      self.sending.remove(key)
      return .updateEnded(key, $0)
    }
  }

  private func request(
    _ ask: @escaping (inout DXModel, String?) -> Exchange?,
    event: @escaping (Exchange) -> Event
  ) {
    inFlight += 1
    let key = keyInUse
    #expect(key != nil, "a request without a key")
    log.arrivals.append(steady + latency / 2)
    let answer = ask(&dx, key)
    after(answer == nil ? .seconds(60) : latency) { [unowned self] in
      self.inFlight -= 1
      return event(answer ?? .failed("timed out after 60s"))
    }
  }

  /// The values that wait in memory to be sent.
  var keptCount: Int { kept.count }
}
