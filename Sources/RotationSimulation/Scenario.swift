import RotationEngine

/// The time of the simulation: it begins on 2027-01-01.
enum Timeline {
  static let start = WallTime(millisecondsSinceEpoch: 1_798_761_600_000)
  static let buildDate = start - .days(30)
}

/// All that a simulation is made of, drawn from a seed, and what is left out of it.
package struct Scenario {
  /// What a person chooses.
  package struct Options: Hashable, Sendable {
    /// The seed of everything.
    package var seed: UInt64
    /// How long it lasts.
    package var days: Int
    /// How many credentials are watched.
    package var credentials: Int
    /// The numbers of the faults that are left out; `nil`: none.
    package var withoutFaults: Set<Int> = []
    /// The numbers of the credentials that are left out.
    package var withoutCredentials: Set<Int> = []
    /// Whether a stop loses the alerts: a fault of the daemon's own, to try what becomes of a scenario that fails.
    package var losesAlerts = false

    /// Makes the options of a whole scenario.
    package init(seed: UInt64, days: Int, credentials: Int) {
      self.seed = seed
      self.days = days
      self.credentials = credentials
    }
  }

  let options: Options
  let duration: TimeSpan
  let settings: Settings
  let plans: [CredentialPlan]
  let faults: [Fault]

  /// Draws it.
  package init(_ options: Options) {
    self.options = options
    duration = .days(Int64(options.days))
    let span = duration
    plans = (0..<options.credentials).filter { !options.withoutCredentials.contains($0) }.map {
      CredentialPlan(index: $0, seed: options.seed, lasting: span)
    }
    var dice = Dice(seed: options.seed, part: 2)
    var api = APISettings(url: "https://simulated.test", token: Source(.file(path: "/key")))
    api.requestsPerMinute = dice.pick(4, 8, 60, 600)
    api.concurrency = dice.pick(1, 2, 4)
    api.pollInterval = dice.pick(.hours(1), .hours(6), .hours(12), .hours(24), .hours(24))
    var retry = RetryPolicy()
    retry.initial = dice.pick(.seconds(30), .seconds(5), .minutes(2))
    retry.max = dice.pick(.hours(1), .minutes(20))
    retry.verificationAttempts = dice.number(1...4)
    retry.hold = dice.pick(.every(.hours(6)), .every(.hours(2)), .never)
    var alert = AlertSettings()
    alert.after = dice.pick(.minutes(15), .minutes(5), .hours(1))
    alert.repeatInterval = dice.pick(.hours(24), .days(7))
    settings = Settings(
      api: api, credentials: plans.map(\.settings), retry: retry, alert: alert)
    faults = Self.drawFaults(options, lasting: duration)
  }

  private static func drawFaults(_ options: Options, lasting duration: TimeSpan) -> [Fault] {
    var dice = Dice(seed: options.seed, part: 3)
    // From a fault a week to one in two months.
    let pause = dice.pick(TimeSpan.days(7), .days(20), .days(60))
    var faults: [Fault] = []
    // Sometimes the process dies while its first values are on their way.
    if dice.chance(0.3) {
      faults.append(
        Fault(
          number: 0, at: dice.span(.seconds(2), .seconds(30)),
          lasts: dice.span(.seconds(1), .seconds(20)), kind: .kill(effects: dice.number(0...40))))
    }
    var time = dice.span(.minutes(1), pause)
    while time < duration {
      var own = Dice(seed: options.seed, part: 4, number: faults.count)
      faults.append(
        Fault(number: faults.count, at: time, credentials: options.credentials, dice: &own))
      time = time + dice.span(.hours(1), pause * 2)
    }
    return faults.filter { fault in
      !options.withoutFaults.contains(fault.number)
        && !(fault.credential.map { options.withoutCredentials.contains($0) } ?? false)
    }
  }
}

extension Fault {
  /// Draws a fault.
  init(number: Int, at time: TimeSpan, credentials: Int, dice: inout Dice) {
    self.number = number
    at = time
    let one = dice.number(0...max(0, credentials - 1))
    let short = dice.span(.seconds(1), .hours(1))
    let long = dice.span(.hours(1), .days(12))
    (kind, lasts) =
      switch dice.number(0...24) {
      case 0, 1:
        (
          .outage(
            dice.pick(
              .refusedConnection, .serverError, .page, .successOnServerError, .anotherCredential)),
          dice.chance(0.5) ? short : long
        )
      case 2: (.throttle(retryAfter: dice.pick(nil, short, .seconds(0))), short)
      case 3, 4: (.loss(requests: dice.fraction(), answers: dice.fraction()), long)
      case 5: (.latency(.seconds(50)), long)
      case 6, 7:
        (.connector(credential: one, dice.pick(.serverError, .hangs, .refuses)), long)
      case 8: (.keyRefused, long)
      case 9: (.keyUnreadable, long)
      case 10, 11: (.source(credential: one, hangs: dice.chance(0.3)), long)
      case 12: (.deaf, long)
      case 13: (.clock(dice.pick(.days(400), .hours(5), .zero - .days(400), .minutes(-30))), long)
      case 14: (.suspend, dice.span(.minutes(1), .days(3)))
      case 15, 16, 17: (.kill(effects: dice.number(0...40)), dice.span(.seconds(1), .hours(12)))
      case 18: (.stop, short)
      case 19: (.diskFull, dice.chance(0.5) ? short : long)
      case 20: dice.chance(0.3) ? (.stateLost, short) : (.reload(credential: nil), .zero)
      case 21:
        dice.chance(0.5) ? (.switchedOff(credential: one), long) : (.reload(credential: one), .zero)
      case 22: (.disabled(credential: one), long)
      case 23: (.deleted(credential: one), long)
      default: (.rotate(credential: one, force: dice.chance(0.5)), .zero)
      }
  }
}
