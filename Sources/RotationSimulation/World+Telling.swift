import RotationEngine

// What happens, in words for whoever reads a trace.

extension World {
  func tell(_ effect: Effect) {
    switch effect {
    case .readSource(let key, let forSend):
      let why = forSend ? " to send it" : ""
      tracer.note(now, isRoutine: true, "the daemon reads the source of \(name(key))\(why)")
    case .readAPIKey: tracer.note(now, isRoutine: true, "the daemon reads the API key")
    case .useAPIKey: tracer.note(now, "the daemon uses the API key that it read")
    case .send(let attempt):
      tracer.note(now, "the daemon sends \(attempt.name): \(attempt.reason.rawValue)")
    case .list(let connection):
      tracer.note(now, isRoutine: true, "the daemon asks for the list of connection \(connection)")
    case .info(let key): tracer.note(now, "the daemon asks DX about \(name(key))")
    case .announce(let announcement):
      tracer.note(now, "journal: \(announcement.event.rawValue): \(announcement.message)")
    case .alert(let notice):
      let whose = notice.announcement.subject?.name ?? "the instance"
      tracer.note(
        now,
        "alert \(notice.phase): \(notice.alert.kind.rawValue) of \(whose), \(notice.alert.severity)"
      )
    case .answer(_, let key, let answer):
      tracer.note(now, "a person is told of \(name(key)): \(answer)")
    case .stopped: tracer.note(now, "the daemon has stopped")
    case .discardValues, .finish, .close, .save, .saveInstance: break
    }
  }

  func tell(_ exchange: Exchange, to question: ModelDX.Question, isLost: Bool) {
    let isList = if case .list = question { true } else { false }
    tracer.note(
      now, isRoutine: isList,
      "DX gets \(words(question)), answers \(Self.words(exchange))\(isLost ? ", which is lost" : "")"
    )
  }

  func tell(_ content: CredentialPlan.Content, _ slot: Int) {
    tracer.note(now, "the provider of \(scenario.plans[slot].settings.name) writes \(content)")
  }

  private func name(_ key: CredentialKey) -> String {
    slots[key].map { scenario.plans[$0].settings.name } ?? "\(key)"
  }

  private func words(_ question: ModelDX.Question) -> String {
    switch question {
    case .update(let slot, let value):
      "value \(value) of \(scenario.plans[slot].settings.name)"
    case .list(let connection): "a question for the list of connection \(connection)"
    case .info(let slot): "a question about \(scenario.plans[slot].settings.name)"
    }
  }

  private static func words(_ exchange: Exchange) -> String {
    switch exchange {
    case .failed(let reason): return reason
    case .answered(let answer):
      guard case .object(let object) = answer.body else { return "HTTP \(answer.status)" }
      return object.ok == true ? "ok" : "\(object.error ?? "no label"), HTTP \(answer.status)"
    }
  }
}

extension CredentialPlan.Content: CustomStringConvertible {
  var description: String {
    switch self {
    case .whole(let value): "value \(value)"
    case .torn(let value, _): "a part of value \(value)"
    case .missing: "nothing"
    }
  }
}
