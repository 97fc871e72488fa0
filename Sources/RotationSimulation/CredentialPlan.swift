import RotationEngine

/// What becomes of one credential over the years: its settings, its values, and what its provider writes when.
struct CredentialPlan {
  /// A value that a provider makes.
  struct Value: Hashable {
    var isGood: Bool
    var expiresAt: WallTime
    /// What DX says of it, where it is not good.
    var label: String?
  }

  /// What a file holds.
  enum Content: Hashable {
    case whole(Int)
    case torn(Int, step: Int)
    case missing
  }

  struct Write: Hashable {
    var at: TimeSpan
    var content: Content
  }

  /// What DX does with its date when a value is accepted.
  enum Dating: Hashable {
    case moves
    case stays
    case none
  }

  var index: Int
  var settings: CredentialSettings
  var dating: Dating
  var isDuplicateRefused: Bool
  var values: [Value] = []
  var writes: [Write] = []

  /// Draws a credential's life.
  init(index: Int, seed: UInt64, lasting duration: TimeSpan) {
    var dice = Dice(seed: seed, part: 1, number: index)
    self.index = index
    var policy = Policy()
    policy.rotateBefore = dice.pick(.days(14), .days(7), .days(30))
    policy.criticalBefore = dice.pick(.days(3), .days(1))
    policy.expiration = dice.pick(.dx, .dx, .jwt(secret: "token"))
    policy.onChange = dice.pick(.push, .push, .wait)
    policy.firstSeen = dice.pick(.adopt, .adopt, .push)
    policy.settle = dice.pick(.milliseconds(500), .seconds(2))
    dating = policy.expiration == .dx ? dice.pick(.moves, .moves, .stays, .none) : .none
    if dice.chance(0.3) { policy.maxAge = .days(90) }
    isDuplicateRefused = dice.chance(0.3)
    settings = CredentialSettings(
      name: "credential-\(index)",
      key: CredentialKey(connection: Int64(1 + index % 3), id: Int64(100 + index)),
      secrets: [.init(key: "token", source: Source(.file(path: "/secrets/\(index)")))],
      policy: policy)
    live(duration, &dice)
  }

  private mutating func live(_ duration: TimeSpan, _ dice: inout Dice) {
    let lifetime = dice.span(.days(30), .days(180))
    // Early, in time, sometimes late, or never after the first years.
    let punctuality = dice.pick(0.0, 0.1, 0.3)
    var time = TimeSpan.zero
    var expiresAt = Timeline.start + lifetime * dice.fraction()
    write(.whole(make(isGood: true, expiresAt, &dice)), at: &time)
    while true {
      let lead =
        dice.chance(punctuality)
        ? TimeSpan.zero - dice.span(.hours(1), .days(10))
        : dice.span(.days(1), settings.policy.rotateBefore + .days(10))
      let next = max(time + .hours(30), expiresAt - lead - Timeline.start)
      guard next < duration else { return }
      time = next
      expiresAt = Timeline.start + time + lifetime
      rotate(to: expiresAt, at: &time, &dice)
      if dice.chance(0.03) { return }
    }
  }

  /// One rotation, with what providers do on the way.
  private mutating func rotate(to expiresAt: WallTime, at time: inout TimeSpan, _ dice: inout Dice)
  {
    if dice.chance(0.15) {
      write(.whole(make(isGood: false, expiresAt, &dice)), at: &time)
      time = time + dice.span(.minutes(1), .days(4))
    }
    let value = make(isGood: true, expiresAt, &dice)
    let tearing = settings.policy.settle * 0.9
    switch dice.number(0...9) {
    case 0, 1:
      for step in 0..<dice.number(1...4) {
        write(.torn(value, step: step), at: &time)
        time = time + dice.span(.milliseconds(1), tearing)
      }
    case 2:
      write(.missing, at: &time)
      time = time + dice.span(.milliseconds(1), tearing)
    case 3:
      write(.missing, at: &time)
      time = time + dice.span(.hours(1), .days(3))
    case 4:
      let other = make(isGood: dice.chance(0.5), expiresAt, &dice)
      for turn in 0..<dice.number(4...20) {
        write(.whole(turn % 2 == 0 ? value : other), at: &time)
        time = time + dice.span(.seconds(1), .minutes(2))
      }
    default: break
    }
    write(.whole(value), at: &time)
  }

  private mutating func make(isGood: Bool, _ expiresAt: WallTime, _ dice: inout Dice) -> Int {
    let label = isGood ? nil : dice.pick("Invalid credentials", "invalid_permissions", "New words")
    values.append(Value(isGood: isGood, expiresAt: expiresAt, label: label))
    return values.count - 1
  }

  private mutating func write(_ content: Content, at time: inout TimeSpan) {
    writes.append(Write(at: time, content: content))
  }

  /// The fingerprint of a content, as a keyed hash would tell it.
  func fingerprint(of content: Content) -> Fingerprint? {
    let word: UInt64
    switch content {
    case .whole(let value): word = UInt64(value) << 1
    case .torn(let value, let step): word = UInt64(step) << 40 | UInt64(value) << 1 | 1
    case .missing: return nil
    }
    return Fingerprint(words: UInt64(index), word)
  }

  /// The value of a fingerprint that was made here.
  func value(of fingerprint: Fingerprint?) -> Int? {
    guard let bytes = fingerprint?.bytes else { return nil }
    let word = bytes[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return word & 1 == 0 ? Int(word >> 1) : nil
  }
}

extension Fingerprint {
  init?(words first: UInt64, _ second: UInt64) {
    var bytes: [UInt8] = []
    for word in [first, second, 0, 0] {
      for shift in stride(from: UInt64(56), through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    self.init(bytes: bytes)
  }
}
