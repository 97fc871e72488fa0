import RotationEngine

/// DX as the simulation has it: what it holds of each credential, and what it answers.
struct ModelDX {
  struct Held {
    var value: Int
    var date: WallTime?
    var disabledAt: WallTime?
    var deletedAt: WallTime?
    /// While its connector refuses everything.
    var refusesAll = false
  }

  enum Question: Hashable {
    case update(slot: Int, value: Int)
    case list(connection: Int64)
    case info(slot: Int)
  }

  private let plans: [CredentialPlan]
  var held: [Held]
  /// The first API key that DX takes.
  var leastKey = 0

  init(_ plans: [CredentialPlan]) {
    self.plans = plans
    held = plans.map { plan in
      Held(value: 0, date: plan.dating == .none ? nil : Self.day(plan.values[0].expiresAt))
    }
  }

  /// DX keeps dates without a time.
  private static func day(_ time: WallTime) -> WallTime {
    let day: Int64 = 86_400_000
    return WallTime(millisecondsSinceEpoch: time.millisecondsSinceEpoch / day * day)
  }

  /// Takes a request that has arrived.
  mutating func answer(_ question: Question, key: Int, dice: inout Dice) -> Exchange {
    guard key >= leastKey else { return Self.error("not_authed", status: 401) }
    switch question {
    case .update(let slot, let value): return update(slot, value, &dice)
    case .info(let slot):
      return .answered(
        Answer(status: 200, body: .object(.init(ok: true, credential: listed(slot)))))
    case .list(let connection):
      let present = plans.indices.filter {
        plans[$0].settings.key.connection == connection && held[$0].deletedAt == nil
      }
      let body = Answer.Object(ok: true, credentials: present.map(listed))
      return .answered(Answer(status: 200, body: .object(body)))
    }
  }

  private mutating func update(_ slot: Int, _ value: Int, _ dice: inout Dice) -> Exchange {
    if held[slot].deletedAt != nil { return Self.error("credential_not_found", status: 404) }
    let plan = plans[slot]
    if plan.isDuplicateRefused, held[slot].value == value, value != 0 {
      return Self.error("Duplicate secrets", "already there", status: 422)
    }
    let label = held[slot].refusesAll ? "No resources" : plan.values[value].label
    if let label { return Self.error(label, "the connector said no", status: dice.pick(200, 422)) }
    held[slot].value = value
    if plan.dating == .moves { held[slot].date = Self.day(plan.values[value].expiresAt) }
    let body = Answer.Object(ok: true, credential: listed(slot))
    return .answered(Answer(status: 200, body: .object(body)))
  }

  private func listed(_ slot: Int) -> Answer.Listed {
    let known = held[slot]
    return Answer.Listed(
      id: plans[slot].settings.key.id, expiration: known.date, disabledAt: known.disabledAt,
      deletedAt: known.deletedAt)
  }

  private static func error(_ label: String, _ said: String? = nil, status: Int) -> Exchange {
    .answered(
      Answer(status: status, body: .object(.init(ok: false, error: label, displayMessage: said))))
  }
}
