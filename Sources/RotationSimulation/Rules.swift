import RotationEngine

/// The rules that are checked after every step, and what has to be remembered for that: a second opinion, which
/// knows the world rather than the engine.
final class Rules {
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
    /// Whether DX may have another value since: one was sent, and its answer was lost.
    var isInDoubt = false
    var tracks: [Int: Track] = [:]
    /// When it was sent, the last ten minutes of them.
    var sends: [TimeSpan] = []
    var inFlight = false
    var failures = 0
    /// Since when its updates, and its source, fail.
    var unreachableSince: TimeSpan?
    var source = Failing()
    var lastAcceptedAt = TimeSpan.zero - .days(1)
    var failingValue: Int?
    var notBefore = TimeSpan.zero
    var calmSince = TimeSpan.zero
    /// What DX's answers have said, and the ledger has not yet confirmed.
    var accepted: Int?
  }

  /// Since when a source fails, as early as can be.
  struct Failing {
    var since: TimeSpan?
    private var readableSince: TimeSpan?

    mutating func read(_ isReadable: Bool, at now: TimeSpan, settle: TimeSpan) {
      guard isReadable else {
        since = since ?? now
        readableSince = nil
        return
      }
      // What is read has to hold still before it counts.
      readableSince = readableSince ?? now
      if let readableSince, now - readableSince >= settle { since = nil }
    }
  }

  /// What a person asked for.
  struct Asked {
    var slot: Int
    var isForced: Bool
    var at: TimeSpan
  }

  let retry: RetryPolicy
  let api: APISettings
  let alert: AlertSettings
  let plans: [CredentialPlan]
  var known: [Known]
  var standing: [[AlertKind: StandingSince]]
  var instanceStanding: [AlertKind: StandingSince] = [:]
  var calmSince = TimeSpan.zero
  /// When the wall clock last jumped.
  var clockChangedAt = TimeSpan.zero - .days(1)
  /// How many faults have begun or ended.
  var disturbances = 0
  var inFlight = 0
  /// Whether the process was asked to stop.
  var isStopping = false
  /// Which updates and questions arrived in the last minute, and when.
  var updateArrivals: [TimeSpan] = []
  var questionArrivals: [(at: TimeSpan, isProbe: Bool)] = []
  var arrivalsOf = 0
  /// When DX's API last answered anything.
  var answeredAt = TimeSpan.zero
  var keySource = Failing()
  /// What persons asked for, by ticket, until they are answered.
  var asked: [UInt64: Asked] = [:]
  /// Until when DX asked to wait.
  var quietUntil = TimeSpan.zero
  var refusedKey: Int?
  /// How often DX has refused it, and until when it is not tried again.
  var keyRefusals = 0
  var isProbing = false
  var keyNotBefore = TimeSpan.zero
  /// The latest key that a request was made with.
  var triedKey = 0
  /// Whether the channels may not have heard of effects of the last turn.
  var wasCutOff = false
  /// Whether the process before could not write all that it knew.
  var isForgetful = false

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

  func disturbed(_ fault: Fault, _ world: World) {
    disturbances += 1
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
      clockChangedAt = world.now
      // Waits end by the wall clock.
      quietUntil = .zero
      keyNotBefore = .zero
      for slot in known.indices { known[slot].notBefore = .zero }
    }
  }

  /// A new value starts afresh at once.
  func changed(_ slot: Int) {
    known[slot].notBefore = .zero
    known[slot].failures = 0
  }

  func sourceChanged(_ slot: Int) {
    known[slot].tracks = [:]
    known[slot].notBefore = .zero
  }

  func stateLost() {
    for slot in known.indices {
      known[slot] = Known()
      standing[slot] = [:]
    }
    instanceStanding = [:]
    quietUntil = .zero
    wasCutOff = false
    isForgetful = false
  }

  func killed(isWritten: Bool) {
    wasCutOff = true
    isForgetful = !isWritten
    inFlight = 0
    quietUntil = .zero
    refusedKey = nil
    isProbing = false
    asked = [:]
    for slot in known.indices {
      known[slot].inFlight = false
      known[slot].accepted = nil
      known[slot].failures = 0
      known[slot].notBefore = .zero
    }
  }

  func fail(_ rule: String, _ detail: String, _ world: World) -> Violation {
    world.fail(rule, detail)
  }
}
