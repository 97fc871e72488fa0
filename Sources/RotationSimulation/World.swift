import RotationEngine
import StateStore

/// A world in virtual time: providers, files, a network, DX, a machine with its clock and disk, and the daemon's
/// engine and ledger in it.
final class World {
  struct Request {
    var question: ModelDX.Question
    var attempt: Attempt?
    var apiKey: Int
  }

  enum Happening {
    case write(slot: Int, index: Int)
    case touched(process: Int, slot: Int)
    case read(process: Int, slot: Int, forSend: Bool, CredentialPlan.Content, writes: Int)
    case readTimedOut(process: Int, slot: Int)
    case keyTouched(process: Int)
    case keyRead(process: Int)
    case arrives(process: Int, Request)
    case answered(process: Int, Request, Exchange)
    case timer(process: Int, armed: Int)
    case tick(process: Int)
    case fault(Fault)
    case faultEnds(Fault)
    case start
    case deliveryDue(slot: Int, index: Int)
    case keyDue(Int, disturbances: Int)
    case outageOver(disturbances: Int)
    case audit
  }

  /// One life of the daemon.
  struct Process {
    var number: Int
    var engine: Engine
    let ledger: AttemptLedger
    /// What was read to be sent.
    var kept: [Int: CredentialPlan.Content] = [:]
    var apiKey = 0
    var timerArmed = 0
    var timerAt: WallTime?
    var effects: [Effect] = []
  }

  let scenario: Scenario
  let disk: SimulatedDisk
  let tracer: Tracer
  var queue = EventQueue<Happening>()
  /// The time since the machine started.
  var now = TimeSpan.zero
  var dice: Dice
  var process: Process?
  var starts = 0
  var isDown = false
  var dx: ModelDX
  var settings: Settings
  var files: [CredentialPlan.Content]
  var writes: [Int]
  var slots: [CredentialKey: Int] = [:]
  var writtenKey = 0
  var active: [Fault] = []
  /// The effects that are left until the process is killed.
  var killIn: Int?
  var clockOffset = TimeSpan.zero
  var awakeAt = TimeSpan.zero
  /// When a process last ended.
  var endedAt = TimeSpan.zero
  let rules: Rules
  var steps = 0
  private var minute = (start: TimeSpan.zero, steps: 0)

  init(_ scenario: Scenario, state: any DurableState, tracer: Tracer) {
    self.scenario = scenario
    self.tracer = tracer
    disk = SimulatedDisk(state)
    dice = Dice(seed: scenario.options.seed, part: 5)
    dx = ModelDX(scenario.plans)
    settings = scenario.settings
    files = scenario.plans.map { _ in .missing }
    writes = scenario.plans.map { _ in 0 }
    for (slot, plan) in scenario.plans.enumerated() { slots[plan.settings.key] = slot }
    rules = Rules(scenario)
  }

  var wall: WallTime { Timeline.start + now + clockOffset }

  func run() throws {
    for (slot, plan) in scenario.plans.enumerated() {
      for index in plan.writes.indices {
        queue.plan(.write(slot: slot, index: index), at: plan.writes[index].at)
      }
    }
    queue.plan(.start, at: .seconds(1))
    for fault in scenario.faults { queue.plan(.fault(fault), at: fault.at) }
    queue.plan(.audit, at: .days(1))
    while let (time, happening) = queue.next(), time < scenario.duration {
      if time > minute.start + .minutes(1) { minute = (start: time, steps: steps) }
      now = max(now, time)
      steps += 1
      guard steps - minute.steps < 300 * (1 + scenario.plans.count) else {
        throw fail(
          "the daemon is not busy for nothing", "\(steps - minute.steps) steps in a minute")
      }
      try happen(happening)
    }
  }

  private func happen(_ happening: Happening) throws {
    switch happening {
    case .write(let slot, let index): write(slot, index)
    case .fault(let fault): try begin(fault)
    case .faultEnds(let fault): try end(fault)
    case .arrives(let process, let request): try arrive(request, from: process)
    case .start: try start()
    case .deliveryDue(let slot, let index): try checkDelivery(slot, index)
    case .keyDue(let key, let count): try checkKey(key, count)
    case .outageOver(let count): try checkAfterOutage(count)
    case .audit: try audit()
    case .touched(let number, _), .read(let number, _, _, _, _), .readTimedOut(let number, _),
      .keyTouched(let number), .keyRead(let number), .answered(let number, _, _),
      .timer(let number, _), .tick(let number):
      guard number == process?.number else { return }
      // A machine that sleeps hears of everything when it wakes.
      guard now >= awakeAt else { return queue.plan(happening, at: awakeAt) }
      try hear(happening)
    }
  }

  private func hear(_ happening: Happening) throws {
    switch happening {
    case .touched(_, let slot): try post(.sourceTouched(key(slot)))
    case .read(_, let slot, let forSend, let content, let count):
      try heard(slot, forSend: forSend, content, isUnchanged: count == writes[slot])
    case .readTimedOut(_, let slot):
      rules.known[slot].source.read(false, at: now, settle: .zero)
      try post(.sourceRead(key(slot), .failure(SourceFailure(.timedOut, "no answer"))))
    case .keyTouched: try post(.apiKeyTouched)
    case .keyRead: try heardKey()
    case .answered(_, let request, let exchange): try answered(request, exchange)
    case .timer(_, let armed): try timerFired(armed)
    case .tick: try post(.tick)
    case .write, .arrives, .fault, .faultEnds, .start, .deliveryDue, .keyDue, .outageOver, .audit:
      break
    }
  }

  func key(_ slot: Int) -> CredentialKey { scenario.plans[slot].settings.key }

  private func write(_ slot: Int, _ index: Int) {
    let plan = scenario.plans[slot]
    let content = plan.writes[index].content
    tell(content, slot)
    files[slot] = content
    writes[slot] += 1
    rules.changed(slot)
    if case .whole = content {
      queue.plan(.deliveryDue(slot: slot, index: writes[slot]), at: now + rules.deliveryBound)
    }
    if let process, !isActive({ $0 == .deaf }) {
      queue.plan(
        .touched(process: process.number, slot: slot),
        at: now + dice.span(.zero, .milliseconds(20)))
    }
  }

  func isActive(_ matches: (Fault.Kind) -> Bool) -> Bool {
    active.contains { matches($0.kind) }
  }

  func fail(_ rule: String, _ detail: String) -> Violation {
    Violation(rule: rule, detail: detail, at: now)
  }
}
