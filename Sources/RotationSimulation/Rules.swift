import RotationEngine

/// The rules that are checked after every step, and what has to be remembered for that: a second opinion, which
/// knows the world rather than the engine.
struct Rules {
  /// How a value fared.
  struct Track {
    var attempts = 0
    var isLocked = false
    var isHeldAtOnce = false
    var isNotFound = false
    var lastAt = TimeSpan.zero
    var lastWall = Timeline.start
    var wasInterrupted = false
  }

  /// What is known of one credential.
  struct Known {
    /// The value whose acceptance is on disk.
    var recorded: Int?
    /// It was recorded at this time, under this date of DX.
    var tracks: [Int: Track] = [:]
    /// Whether what is known of refusals may be more than what the engine knows.
    var isVague = false
    var wasAsked = false
    var inFlight = false
    var failures = 0
    var failingValue: Int?
    var notBefore = TimeSpan.zero
    var calmSince = TimeSpan.zero
    /// What DX's answers have said, and the ledger has not yet confirmed.
    var accepted: Int?
  }

  let retry: RetryPolicy
  let api: APISettings
  let alert: AlertSettings
  let plans: [CredentialPlan]
  var known: [Known]
  var standing: [[AlertKind: StandingSince]]
  var instanceStanding: [AlertKind: StandingSince] = [:]
  var calmSince = TimeSpan.zero
  var inFlight = 0
  /// When requests of this process arrived, the last minute of them.
  var arrivals: [TimeSpan] = []
  var listArrivals: [TimeSpan] = []
  var arrivalsOf = 0
  /// Until when DX asked to wait.
  var quietUntil = TimeSpan.zero
  var throttles = 0
  var refusedKey: Int?
  /// How many effects of the last turn the channels may not have heard of.
  var wasCutOff = false

  struct StandingSince {
    var severity: Severity
    var saidAt: TimeSpan
  }

  init(_ scenario: Scenario) {
    retry = scenario.settings.retry
    api = scenario.settings.api
    alert = scenario.settings.alert
    plans = scenario.plans
    known = plans.map { _ in Known() }
    standing = plans.map { _ in [:] }
  }

  /// How long the world has to be at peace before everything must be as it should.
  var calm: TimeSpan {
    var span = api.pollInterval * 2 + alert.after * 2 + .hours(2)
    span = span + retry.max * Double(retry.verificationAttempts + 1)
    if case .every(let hold) = retry.hold { span = span + hold }
    return span
  }

  /// How long a good value may take to be accepted in a world at peace: it settles, waits for its turn, is sent.
  var deliveryBound: TimeSpan {
    .minutes(3) + .minutes(1) * (3 * Double(plans.count) / Double(api.requestsPerMinute))
  }

  func step(_ failures: Int) -> TimeSpan {
    var step = retry.initial
    for _ in 1..<max(2, min(failures, 40)) where failures > 1 {
      step = min(step * retry.factor, retry.max)
    }
    return min(step, retry.max)
  }

  mutating func disturbed(_ fault: Fault, _ world: World) {
    let until = world.now + fault.aftermath
    if let index = fault.credential {
      if let slot = world.slot(of: index) {
        known[slot].calmSince = max(known[slot].calmSince, until)
      }
      if case .deleted = fault.kind, let slot = world.slot(of: index) {
        known[slot].tracks = known[slot].tracks.filter { !$0.value.isNotFound }
      }
    } else {
      calmSince = max(calmSince, until)
    }
    if case .clock = fault.kind {
      quietUntil = .zero
      for slot in known.indices { known[slot].notBefore = .zero }
    }
  }

  mutating func asked(_ slot: Int) {
    known[slot].wasAsked = true
    known[slot].notBefore = .zero
    known[slot].calmSince = max(known[slot].calmSince, .zero)
  }

  /// A new value starts afresh at once.
  mutating func changed(_ slot: Int) { known[slot].notBefore = .zero }

  mutating func sourceChanged(_ slot: Int) {
    known[slot].tracks = [:]
    known[slot].notBefore = .zero
  }

  mutating func stateLost() {
    for slot in known.indices {
      known[slot] = Known()
      standing[slot] = [:]
    }
    instanceStanding = [:]
    quietUntil = .zero
    wasCutOff = false
  }

  mutating func killed(isWritten: Bool) {
    wasCutOff = true
    inFlight = 0
    quietUntil = .zero
    refusedKey = nil
    for slot in known.indices {
      known[slot].inFlight = false
      known[slot].accepted = nil
      known[slot].failures = 0
      known[slot].notBefore = .zero
      if !isWritten { known[slot].isVague = true }
    }
  }

  func fail(_ rule: String, _ detail: String, _ world: World) -> Violation {
    world.fail(rule, detail)
  }
}
