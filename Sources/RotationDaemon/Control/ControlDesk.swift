import RotationEngine

/// Answers what commands ask, from the loop.
final class ControlDesk {
  private let loop: RotationLoop
  private var listWaiters: [(connection: Int64, told: (Exchange) -> Void)] = []

  init(loop: RotationLoop) {
    self.loop = loop
    loop.listEnded = { [weak self] connection, exchange in
      self?.listEnded(connection, exchange)
    }
  }

  func answer(_ request: ControlRequest, _ reply: @escaping (ControlReply) -> Void) {
    let settings = loop.engine.settings
    let selected: [CredentialSettings]
    do throws(UnknownName) { selected = try settings.credentials(named: request.names) } catch {
      return reply(ControlReply(.usage, error.description))
    }
    switch request.verb {
    case .rotate: rotate(selected, request, reply)
    case .plan:
      var answer = ControlReply()
      answer.plan = loop.plan(for: selected)
      reply(answer)
    case .checkOnline: checkOnline(selected, reply)
    }
  }

  private func rotate(
    _ selected: [CredentialSettings], _ request: ControlRequest,
    _ reply: @escaping (ControlReply) -> Void
  ) {
    let gathering = Gathering<CredentialKey, RotateAnswer>(selected.map(\.key)) { answers in
      var answer = ControlReply()
      answer.rotations = selected.compactMap { credential in
        answers[credential.key].map { RotationReport(name: credential.name, $0) }
      }
      answer.status = answer.rotations?.first { $0.status != 0 }?.status ?? 0
      reply(answer)
    }
    for credential in selected {
      loop.rotate(credential.key, force: request.force, dryRun: request.dryRun) { key, answer in
        gathering.take(answer, for: key)
      }
    }
  }

  private func checkOnline(
    _ selected: [CredentialSettings], _ reply: @escaping (ControlReply) -> Void
  ) {
    let byConnection = Dictionary(grouping: selected) { $0.key.connection }
    if let error = loop.engine.reasonNothingCanBeAsked {
      return reply(ControlReply(ExitStatus(error.kind), Wording.failure(error)))
    }
    let ids = byConnection.keys.sorted()
    let gathering = Gathering<Int64, Exchange>(ids) { exchanges in
      var answer = ControlReply()
      answer.connections = ids.compactMap { id in
        exchanges[id].map { ConnectionReport(connection: id, $0, byConnection[id] ?? []) }
      }
      answer.status = answer.connections?.first { $0.status != 0 }?.status ?? 0
      reply(answer)
    }
    for id in ids {
      listWaiters.append((id, { gathering.take($0, for: id) }))
      loop.post(.listRequested(connection: id))
    }
  }

  private func listEnded(_ connection: Int64, _ exchange: Exchange) {
    let told = listWaiters.filter { $0.connection == connection }
    listWaiters.removeAll { $0.connection == connection }
    for waiter in told { waiter.told(exchange) }
  }
}

/// Waits until there is an answer for each of some keys.
final class Gathering<Key: Hashable, Answer> {
  private var missing: Set<Key>
  private var answers: [Key: Answer] = [:]
  private let complete: ([Key: Answer]) -> Void

  init(_ keys: [Key], complete: @escaping ([Key: Answer]) -> Void) {
    missing = Set(keys)
    self.complete = complete
    if keys.isEmpty { complete([:]) }
  }

  func take(_ answer: Answer, for key: Key) {
    answers[key] = answer
    if missing.remove(key) != nil, missing.isEmpty { complete(answers) }
  }
}

/// A name that no credential has.
package struct UnknownName: Error, CustomStringConvertible {
  /// The name.
  package var name: String
  /// The names there are.
  package var known: [String]

  /// What to tell people.
  package var description: String {
    known.isEmpty
      ? "no credential of the name \(name): none is configured"
      : "no credential of the name \(name); there are: " + known.prefix(20).joined(separator: ", ")
        + (known.count > 20 ? " …" : "")
  }
}

extension Settings {
  /// The credentials of these names in their order; all of them where none is named.
  package func credentials(named names: [String]) throws(UnknownName) -> [CredentialSettings] {
    guard !names.isEmpty else { return credentials }
    let byName = Dictionary(credentials.map { ($0.name, $0) }) { first, _ in first }
    var found: [CredentialSettings] = []
    var seen: Set<String> = []
    for name in names where seen.insert(name).inserted {
      guard let credential = byName[name] else {
        throw UnknownName(name: name, known: credentials.map(\.name))
      }
      found.append(credential)
    }
    return found
  }
}
