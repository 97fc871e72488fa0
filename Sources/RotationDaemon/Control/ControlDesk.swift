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

  /// Who answers for the credentials of other nodes of a cluster; nil: this daemon is alone.
  var others: OtherNodes?

  /// Answers a request.
  ///
  /// - Parameters:
  ///   - request: what is asked.
  ///   - progress: told in words how far the answer is, where it takes longer than a second.
  ///   - reply: called once.
  func answer(
    _ request: ControlRequest, progress: @escaping (String) -> Void,
    _ reply: @escaping (ControlReply) -> Void
  ) {
    var settings = loop.engine.settings
    let elsewhere = Set(settings.elsewhere.map(\.key))
    settings.credentials = loop.engine.configured + settings.elsewhere
    let selected: [CredentialSettings]
    do throws(UnknownName) { selected = try settings.credentials(named: request.names) } catch {
      return reply(ControlReply(.usage, error.description))
    }
    let away = selected.filter { elsewhere.contains($0.key) }
    guard let others, !away.isEmpty else {
      return answer(request, about: selected, progress: progress, reply)
    }
    let own = selected.filter { !elsewhere.contains($0.key) }
    answer(request, about: own, progress: progress) { own in
      others.answer(request, about: away) { theirs in
        var all = own
        all.add(theirs)
        reply(all)
      }
    }
  }

  /// Answers another node of the cluster, which takes these credentials for this one's.
  func answerOwn(_ request: ControlRequest, _ reply: @escaping (ControlReply) -> Void) {
    let own = loop.engine.configured.filter { request.names.contains($0.name) }
    guard own.count == request.names.count else {
      return reply(ControlReply(.tryLater, "it is just going to another node; try again"))
    }
    answer(request, about: own, progress: { _ in }, reply)
  }

  /// Answers for credentials of this daemon.
  func answer(
    _ request: ControlRequest, about selected: [CredentialSettings],
    progress: @escaping (String) -> Void, _ reply: @escaping (ControlReply) -> Void
  ) {
    switch request.verb {
    case .rotate: rotate(selected, request, progress, reply)
    case .plan:
      var answer = ControlReply()
      answer.plan = loop.plan(for: selected)
      reply(answer)
    case .checkOnline: checkOnline(selected, progress, reply)
    }
  }

  private func rotate(
    _ selected: [CredentialSettings], _ request: ControlRequest,
    _ progress: @escaping (String) -> Void, _ reply: @escaping (ControlReply) -> Void
  ) {
    let names = Dictionary(selected.map { ($0.key, $0.name.printable) }) { first, _ in first }
    let gathering = Gathering<CredentialKey, RotateAnswer>(
      selected.map(\.key), queue: loop.queue, name: { names[$0] ?? "" }, progress: progress
    ) { answers in
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
    _ selected: [CredentialSettings], _ progress: @escaping (String) -> Void,
    _ reply: @escaping (ControlReply) -> Void
  ) {
    let byConnection = Dictionary(grouping: selected) { $0.key.connection }
    if let error = loop.engine.reasonNothingCanBeAsked {
      return reply(ControlReply(ExitStatus(error.kind), Wording.failure(error)))
    }
    let ids = byConnection.keys.sorted()
    let gathering = Gathering<Int64, Exchange>(
      ids, queue: loop.queue, name: { "connection \($0)" }, progress: progress
    ) { exchanges in
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
    try credentials.named(names, \.name)
  }
}

extension Array {
  /// The elements of these names in their order, each once; all of them where none is named.
  func named(_ names: [String], _ name: (Element) -> String) throws(UnknownName) -> [Element] {
    guard !names.isEmpty else { return self }
    let byName = Dictionary(map { (name($0), $0) }) { first, _ in first }
    var found: [Element] = []
    var seen: Set<String> = []
    for wanted in names where seen.insert(wanted).inserted {
      guard let element = byName[wanted] else {
        throw UnknownName(name: wanted, known: map(name))
      }
      found.append(element)
    }
    return found
  }
}
