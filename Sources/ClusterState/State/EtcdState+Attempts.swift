import RotationEngine
import StateStore

// Attempts and totals.
//
// An attempt without an outcome is among `open`, by its number alone; with one, among the credential's `attempts`.
extension EtcdState {
  package func begin(_ attempt: Attempt) throws(StateError) -> Int64 {
    if let right, !right.stands {
      throw .unwritable(path: prefix, reason: "this node's lease may be over")
    }
    return try transaction { () throws(StateError) in
      try fence(attempt.key, keys)
      var attempt = attempt
      attempt.number = try nextNumber()
      attempt.outcome = nil
      attempt.finishedAt = nil
      var claim: Int64?
      if case .held(let created) = claims[keys.claim(attempt.key)] { claim = created }
      unfinished[attempt.number] = Opened(
        attempt: attempt, keys: keys, modified: 0, claim: claim)
      pending?.set(
        keys.open(attempt.number), to: StoredValue(attempt).bytes, for: attempt.key)
      pending?.begun.append(attempt.number)
      return attempt.number
    }
  }

  package func finish(
    _ number: Int64, _ outcome: Attempt.Outcome, at time: WallTime
  ) throws(StateError) {
    guard pending == nil else { return try end(number, outcome, at: time) }
    try untilKnown { () throws(StateError) in try end(number, outcome, at: time) }
  }

  private func end(
    _ number: Int64, _ outcome: Attempt.Outcome, at time: WallTime
  ) throws(StateError) {
    try transaction { () throws(StateError) in
      guard let opened = try opened(number) else { return }
      var attempt = opened.attempt
      let key = attempt.key
      let keys = opened.keys
      try fence(key, keys)
      if let claim = opened.claim, claims[keys.claim(key)] != .held(claim) {
        throw .superseded(key)
      }
      let path = keys.open(number)
      if pending?.values[path] != nil {
        pending?.forget(path, for: key)
      } else {
        pending?.set(path, to: nil, for: key)
        pending?.demand(.modified(key: path, opened.modified), for: key)
      }
      attempt.outcome = outcome
      attempt.finishedAt = time
      pending?.set(keys.attempt(number, of: key), to: StoredValue(attempt).bytes, for: key)
      pending?.ended.insert(number)
      pending?.histories[keys.attempts(of: key)] = key
      try count("attempts", label: outcome.name, by: 1)
    }
  }

  /// An attempt that has no outcome yet; nil: there is none of this number.
  private func opened(_ number: Int64) throws(StateError) -> Opened? {
    if pending?.ended.contains(number) == true { return nil }
    if let known = unfinished[number],
      known.modified != 0 || pending?.values[keys.open(number)] != nil
    {
      return known
    }
    guard let found = try value(keys.open(number)) else { return nil }
    return try opened(found)
  }

  private func opened(_ found: EtcdKeyValue) throws(StateError) -> Opened {
    var reader = try StoredValueReader(found.value, of: found.key)
    let attempt = try reader.attempt()
    let claim = unfinished[attempt.number]?.claim
    let result = Opened(
      attempt: attempt, keys: keys, modified: found.modified, claim: claim)
    if found.modified != .max { unfinished[attempt.number] = result }
    return result
  }

  /// Deletes the oldest attempts of a credential that are more than are kept.
  func prune(_ history: String, of key: CredentialKey) throws(StateError) {
    var attempts = try values(history, keysOnly: true).values
    guard attempts.count > Self.keptAttempts else { return }
    attempts.sort { ($0.created, $0.key) < ($1.created, $1.key) }
    for attempt in attempts.dropLast(Self.keptAttempts) {
      if pending?.values[attempt.key] != nil { pending?.forget(attempt.key, for: key) }
      if attempt.created != .max { pending?.set(attempt.key, to: nil, for: key) }
    }
  }

  package func unfinishedAttempts() throws(StateError) -> [Attempt] {
    var attempts: [Attempt] = []
    for found in try values(keys.open).values { attempts.append(try opened(found).attempt) }
    return attempts.sorted(by: Self.isEarlier)
  }

  package func history(keys wanted: [CredentialKey]?, limit: Int?) throws(StateError) -> [Attempt] {
    var attempts = try unfinishedAttempts()
    var found: [EtcdKeyValue] = []
    if let wanted {
      let wanted = Set(wanted)
      attempts.removeAll { !wanted.contains($0.key) }
      for key in wanted { found += try values(keys.attempts(of: key)).values }
    } else if let limit, pending == nil {
      try verify()
      var question = EtcdRange(prefix: keys.attempts)
      // What was imported came to be many at a time, in no order.
      question.limit = limit + Batch.mostOperations
      question.newestFirst = true
      // To etcd a limit of 0 is none.
      found =
        limit <= 0
        ? [] : try ask { () throws(EtcdError) in try client.range(question) }.values
    } else {
      found = try values(keys.attempts).values
    }
    attempts += try self.attempts(found)
    attempts.sort { Self.isEarlier($1, $0) }
    return Array(attempts.prefix(max(0, limit ?? attempts.count)))
  }

  /// What is stored of attempts.
  func attempts(_ found: [EtcdKeyValue]) throws(StateError) -> [Attempt] {
    var attempts: [Attempt] = []
    for value in found {
      var reader = try StoredValueReader(value.value, of: value.key)
      attempts.append(try reader.attempt())
    }
    return attempts
  }

  /// Numbers of several nodes do not rise with time.
  private static func isEarlier(_ one: Attempt, _ other: Attempt) -> Bool {
    (one.at, one.number) < (other.at, other.number)
  }

  package func count(_ name: String, label: String, by amount: Int64) throws(StateError) {
    try transaction { () throws(StateError) in
      pending?.counts[TotalName(name: name, label: label), default: 0] += amount
    }
  }

  package func totals() throws(StateError) -> [Total] {
    var sums = pending?.counts ?? [:]
    for found in try values(keys.totals).values {
      var reader = try StoredValueReader(found.value, of: found.key)
      sums.merge(try reader.totals()) { $0 + $1 }
    }
    return sums.map { Total(name: $0.key.name, label: $0.key.label, value: $0.value) }
      .sorted { ($0.name, $0.label) < ($1.name, $1.label) }
  }

  /// A number that no attempt of this instance has, larger than those of this object before.
  private func nextNumber() throws(StateError) -> Int64 {
    if let number = reserved.popFirst() { return number }
    let first = try reserve(Self.block)
    reserved = first + 1..<first + Self.block
    return first
  }

  /// Reserves so many numbers; returns the first.
  func reserve(_ count: Int64) throws(StateError) -> Int64 {
    let path = keys.numbers
    let range = EtcdRange(key: path)
    var found = try ask { () throws(EtcdError) in try client.range(range) }.values.first
    while true {
      var last: Int64 = 0
      if let found {
        var reader = try StoredValueReader(found.value, of: path)
        last = try reader.integer()
      }
      var value = StoredValue()
      value.add(last + count)
      // Whose it is, so that a reservation whose answer was lost is known again.
      value.add(writer.name)
      let reservation = EtcdTransaction(
        [.modified(key: path, found?.modified ?? 0)],
        then: [.put(key: path, value: value.bytes)], else: [range])
      let outcome = try ask { () throws(EtcdError) in try client.transact(reservation) }
      found = outcome.contents.first?.values.first
      if outcome.isDone || found?.value == value.bytes { return last + 1 }
    }
  }

  private static var block: Int64 { 64 }
}
