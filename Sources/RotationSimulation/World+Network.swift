import RotationEngine

// The way of a request to DX and of its answer back.

extension World {
  func send(_ attempt: Attempt) throws {
    guard let slot = slots[attempt.key] else { return }
    guard let content = process?.kept.removeValue(forKey: slot) else {
      throw fail("what is sent was read", "no values are kept for \(attempt.name)")
    }
    try rules.sending(attempt, content, slot: slot, self)
    guard case .whole(let value) = content else { return }
    try ask(.update(slot: slot, value: value), attempt)
  }

  func ask(_ question: ModelDX.Question, _ attempt: Attempt? = nil) throws {
    guard let process else { return }
    try rules.asking(question, self)
    let request = Request(question: question, attempt: attempt, apiKey: process.apiKey)
    var latency = dice.span(.milliseconds(20), .milliseconds(400))
    var lost = (request: 0.0, answer: 0.0)
    for fault in active {
      switch fault.kind {
      case .latency(let most): latency = latency + dice.span(.zero, most)
      case .loss(let requests, let answers): lost = (requests, answers)
      case .connector(let index, .hangs):
        if case .update(let slot, _) = question, scenario.plans[slot].index == index {
          lost.answer = 1
        }
      case .suspend: lost = (0.5, 0.5)
      default: break
      }
    }
    if dice.chance(lost.request) {
      return queue.plan(
        .answered(process: process.number, request, .failed("timed out after 60s")),
        at: now + .seconds(60))
    }
    var traced = request
    if dice.chance(lost.answer) { traced.apiKey = -1 - request.apiKey }
    queue.plan(.arrives(process: process.number, traced), at: now + latency / 2)
  }

  /// A request is at DX.
  func arrive(_ arrived: Request, from number: Int) throws {
    // What has not left the machine when the process ends goes nowhere.
    guard number == process?.number || now <= endedAt + .milliseconds(200) else { return }
    var request = arrived
    let isLost = request.apiKey < 0
    if isLost { request.apiKey = -1 - request.apiKey }
    try rules.arrived(request.question, from: number, self)
    let exchange = answer(request)
    tell(exchange, to: request.question, isLost: isLost)
    queue.plan(
      .answered(process: number, request, isLost ? .failed("timed out after 60s") : exchange),
      at: now + (isLost ? .seconds(60) : dice.span(.milliseconds(10), .milliseconds(300))))
  }

  private func answer(_ request: Request) -> Exchange {
    for fault in active {
      switch fault.kind {
      case .outage(let outage): return World.exchange(of: outage, request.question)
      case .throttle(let wait):
        return .answered(
          Answer(
            status: 429, retryAfter: wait.map { .after($0) }, body: .other("Too many requests")))
      case .connector(let index, .serverError):
        if case .update(let slot, _) = request.question, scenario.plans[slot].index == index {
          return .answered(Answer(status: 502, body: .other("HTML")))
        }
      default: break
      }
    }
    return dx.answer(request.question, key: request.apiKey, dice: &dice)
  }

  private static func exchange(
    of outage: Fault.Outage, _ question: ModelDX.Question
  ) -> Exchange {
    let strange = Answer.Object(ok: true, credential: Answer.Listed(id: 1))
    switch outage {
    case .refusedConnection: return .failed("connection refused")
    case .serverError: return .answered(Answer(status: 503, body: .other("empty")))
    case .page: return .answered(Answer(status: 200, body: .other("HTML")))
    case .successOnServerError:
      return .answered(Answer(status: 500, body: .object(.init(ok: true, credentials: []))))
    case .anotherCredential: return .answered(Answer(status: 200, body: .object(strange)))
    }
  }

  func answered(_ request: Request, _ exchange: Exchange) throws {
    rules.delivered(request, exchange, self)
    switch request.question {
    case .update:
      guard let attempt = request.attempt else { return }
      try post(.updateEnded(attempt.key, exchange))
    case .list(let connection): try post(.listEnded(connection: connection, exchange))
    case .info(let slot): try post(.infoEnded(key(slot), exchange))
    }
  }
}
